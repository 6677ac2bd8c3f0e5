#include "backend/packages/zip_writer.h"

#include "backend/packages/entry_path.h"
#include "backend/packages/work_folder.h"

#include <archive.h>
#include <archive_entry.h>
#include <vector>

namespace slipway::packages
{

void ZipWriter::Closer::operator()(archive *it) const
{
    archive_write_free(it);
}

ZipWriter::ZipWriter() : m_archive(archive_write_new()) {}
ZipWriter::~ZipWriter() = default;

Failure ZipWriter::writeFailure() const
{
    const char *text = archive_error_string(m_archive.get());
    return failure(v1::Error::INTERNAL, "FILE_ERROR",
                   "Cannot write " + m_file.string() + ": " + (text ? text : "unknown error") +
                       "; check the disk's free space and the folder's permissions.",
                   m_file.string());
}

Result<void> ZipWriter::open(const std::filesystem::path &file, Compression compression)
{
    m_file = file;
    archive_write_set_format_zip(m_archive.get());
    if (compression == Compression::Store)
        archive_write_zip_set_compression_store(m_archive.get());
    else
        archive_write_zip_set_compression_deflate(m_archive.get());
    archive_write_set_bytes_in_last_block(m_archive.get(), 1);
    if (archive_write_open_filename(m_archive.get(), file.string().c_str()) != ARCHIVE_OK)
        return writeFailure();
    return {};
}

// Names are percent-encoded as OPC wants it, and so plain ASCII. No time is set: a zip's times are
// local ones, and would make the bytes depend on the machine's time zone.
Result<void> ZipWriter::begin(const std::string &name, std::uint64_t size, bool executable)
{
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              archive_entry_free);
    const std::string encoded = name.front() == '[' ? name : encodePercent(name);
    archive_entry_set_pathname(entry.get(), encoded.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), executable ? 0755 : 0644);
    if (archive_write_header(m_archive.get(), entry.get()) != ARCHIVE_OK)
        return writeFailure();
    return {};
}

Result<void> ZipWriter::write(std::string_view bytes)
{
    const auto written = archive_write_data(m_archive.get(), bytes.data(), bytes.size());
    if (written < 0 || static_cast<std::size_t>(written) != bytes.size())
        return writeFailure();
    return {};
}

Result<void> ZipWriter::addText(const std::string &name, std::string_view text)
{
    return begin(name, text.size(), false).and_then([&] { return write(text); });
}

Result<void> ZipWriter::addFile(const std::string &name, const std::filesystem::path &source,
                                bool executable)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(source, error);
    std::ifstream in(source, std::ios::binary);
    if (error || !in)
        return fileFailure(source, "read");
    if (auto fine = begin(name, size, executable); !fine)
        return fine;
    std::vector<char> buffer(1u << 18);
    std::uint64_t left = size;
    while (left) {
        const auto wanted =
            static_cast<std::streamsize>(std::min<std::uint64_t>(left, buffer.size()));
        in.read(buffer.data(), wanted);
        if (in.gcount() != wanted)
            return fileFailure(source, "read (it changed meanwhile)");
        if (auto fine = write({buffer.data(), static_cast<std::size_t>(wanted)}); !fine)
            return fine;
        left -= static_cast<std::uint64_t>(wanted);
    }
    return {};
}

Result<void> ZipWriter::close()
{
    if (archive_write_close(m_archive.get()) != ARCHIVE_OK)
        return writeFailure();
    return {};
}

} // namespace slipway::packages
