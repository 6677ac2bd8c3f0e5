#include "backend/packages/archive_walk.h"

#include <algorithm>
#include <fstream>

namespace slipway::packages
{

namespace
{

constexpr std::size_t kEndSize = 22;        // of the end-of-directory record
constexpr std::size_t kCommentMax = 0xffff; // behind it
constexpr std::uint64_t kHeaderMean = 1024; // bytes of directory per entry that are still sane

std::uint32_t number(std::string_view bytes, std::size_t at, int size)
{
    std::uint32_t value = 0;
    for (int index = size - 1; index >= 0; --index)
        value =
            value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(index)]);
    return value;
}

std::string readTail(std::ifstream &in, std::uint64_t size)
{
    const std::uint64_t length = std::min<std::uint64_t>(size, kEndSize + kCommentMax);
    std::string tail(length, '\0');
    in.seekg(static_cast<std::streamoff>(size - length));
    in.read(tail.data(), static_cast<std::streamsize>(length));
    return tail;
}

Failure notWhole(const std::filesystem::path &file, bool begins_as_zip)
{
    const std::string name = file.filename().string();
    if (begins_as_zip)
        return failure(v1::Error::INVALID_ARGUMENT, "ARCHIVE_TRUNCATED",
                       name + " is cut off: the archive's directory at its end is missing. Upload "
                              "it again.",
                       name);
    return failure(v1::Error::INVALID_ARGUMENT, "NOT_AN_ARCHIVE",
                   name + " is not a package: neither a .cspkg nor a .zip.", name);
}

} // namespace

Result<void> checkZipEnd(const std::filesystem::path &file, const ArchiveLimits &limits)
{
    std::ifstream in(file, std::ios::binary);
    char magic[4] = {};
    in.read(magic, sizeof magic);
    const bool begins_as_zip = std::string_view(magic, 4) == std::string_view("PK\x03\x04", 4);
    in.clear();
    in.seekg(0, std::ios::end);
    const auto size = static_cast<std::uint64_t>(std::max<std::streamoff>(in.tellg(), 0));
    const std::string tail = readTail(in, size);
    const auto end = tail.rfind(std::string_view("PK\x05\x06", 4));
    if (end == std::string::npos || end + kEndSize > tail.size())
        return notWhole(file, begins_as_zip);
    const std::uint64_t end_at = size - tail.size() + end;
    const std::uint64_t entries = number(tail, end + 10, 2);
    const std::uint64_t directory_at = number(tail, end + 16, 4);
    // 0xffffffff: a zip64 record says where; its directory then still has to fit below its end.
    const bool large = directory_at == 0xffffffff;
    const std::uint64_t directory_bytes =
        large || directory_at > end_at ? 0 : end_at - directory_at;
    if (entries > limits.entries || directory_bytes > limits.entries * kHeaderMean)
        return failure(v1::Error::INVALID_ARGUMENT, "ARCHIVE_TOO_MANY_ENTRIES",
                       "The package holds more than " + std::to_string(limits.entries) +
                           " files, which is the limit.",
                       file.filename().string());
    if (!large && directory_at > end_at)
        return notWhole(file, true);
    return {};
}

} // namespace slipway::packages
