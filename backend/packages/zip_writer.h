// Writes zips whose bytes depend on nothing but names, order and contents.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <memory>

struct archive;

namespace slipway::packages
{

class ZipWriter
{
public:
    enum class Compression { Store, Deflate };
    ZipWriter();
    ~ZipWriter();

    Result<void> open(const std::filesystem::path &file, Compression compression);
    Result<void> addText(const std::string &name, std::string_view text);
    Result<void> addFile(const std::string &name, const std::filesystem::path &source,
                         bool executable);
    Result<void> close();

private:
    Result<void> begin(const std::string &name, std::uint64_t size, bool executable);
    Result<void> write(std::string_view bytes);
    Failure writeFailure() const;

    struct Closer {
        void operator()(archive *it) const;
    };
    std::filesystem::path m_file;
    std::unique_ptr<archive, Closer> m_archive;
};

} // namespace slipway::packages
