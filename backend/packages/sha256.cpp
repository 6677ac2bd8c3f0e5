#include "backend/packages/sha256.h"

#include "backend/packages/package_reader.h"

#include <fstream>
#include <openssl/evp.h>
#include <vector>

namespace slipway::packages
{

struct Sha256::Impl {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    Impl() { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
    ~Impl() { EVP_MD_CTX_free(context); }
    Impl(const Impl &) = delete;
    Impl &operator=(const Impl &) = delete;
};

Sha256::Sha256() : m_impl(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256 &&) noexcept = default;
Sha256 &Sha256::operator=(Sha256 &&) noexcept = default;

void Sha256::update(std::string_view bytes)
{
    EVP_DigestUpdate(m_impl->context, bytes.data(), bytes.size());
}

std::string Sha256::finish()
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_DigestFinal_ex(m_impl->context, digest, &length);
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    for (unsigned index = 0; index < length; ++index) {
        hex += kDigits[digest[index] >> 4];
        hex += kDigits[digest[index] & 15];
    }
    return hex;
}

std::string sha256Hex(std::string_view bytes)
{
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

Result<std::string> sha256OfFile(const std::filesystem::path &file)
{
    std::ifstream in(file, std::ios::binary);
    Sha256 hash;
    std::vector<char> buffer(1u << 18);
    while (in) {
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        hash.update({buffer.data(), static_cast<std::size_t>(in.gcount())});
    }
    if (in.bad() || !in.eof())
        return failure(v1::Error::INTERNAL, "FILE_ERROR", "Cannot read " + file.string() + ".",
                       file.string());
    return hash.finish();
}

Result<std::string> fileDigest(const std::filesystem::path &file)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return failure(v1::Error::NOT_FOUND, "FILE_NOT_FOUND",
                       "There is no file " + file.string() + ".", file.string());
    return sha256OfFile(file).map([](const std::string &hex) { return "sha256:" + hex; });
}

} // namespace slipway::packages
