#include "backend/fabric/upload_desk.h"

#include <chrono>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

constexpr auto kKeep = std::chrono::hours(24);
constexpr std::size_t kIdMax = 64;
constexpr std::size_t kFileNameMax = 255;

// The id becomes a file name.
Result<void> checkId(const std::string &upload_id)
{
    const bool fits =
        !upload_id.empty() && upload_id.size() <= kIdMax &&
        upload_id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-") == std::string::npos &&
        upload_id.front() != '-';
    if (fits)
        return {};
    return failure(v1::Error::INVALID_ARGUMENT, "UPLOAD_ID_INVALID",
                   "An upload id consists of 1 to 64 lower-case letters, digits and hyphens.",
                   upload_id.substr(0, kIdMax));
}

std::uint64_t bytesIn(const fs::path &file)
{
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    return error ? 0 : size;
}

v1::UploadState stateWith(std::uint64_t received_bytes)
{
    v1::UploadState state;
    state.set_received_bytes(received_bytes);
    return state;
}

Failure notBegun(const std::string &upload_id)
{
    return failure(v1::Error::NOT_FOUND, "UPLOAD_NOT_FOUND",
                   "The upload " + upload_id + " was not begun or has expired; begin it again.",
                   upload_id);
}

// What a browser or a person may send as a name: its last part, without control characters.
std::string plainName(const std::string &file_name)
{
    std::string name = file_name.substr(file_name.find_last_of("/\\") + 1);
    std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 32; });
    return name.empty() ? "package" : name.substr(0, kFileNameMax);
}

} // namespace

UploadDesk::UploadDesk(fs::path folder) : m_folder(std::move(folder)) {}

fs::path UploadDesk::fileOf(const std::string &upload_id) const
{
    return m_folder / upload_id;
}

Result<v1::UploadState> UploadDesk::query(const std::string &upload_id) const
{
    if (const auto id = checkId(upload_id); !id)
        return Failure(id.error());
    const auto open = m_open.find(upload_id);
    if (open != m_open.end())
        return stateWith(open->second->received_bytes);
    return stateWith(bytesIn(fileOf(upload_id)));
}

Result<void> UploadDesk::checkStart(const v1::UploadStart &start) const
{
    if (const auto id = checkId(start.upload_id()); !id)
        return id;
    if (start.size_bytes() == 0)
        return failure(v1::Error::INVALID_ARGUMENT, "UPLOAD_EMPTY", "The file is empty.",
                       start.upload_id());
    if (start.size_bytes() > kUploadBytesMax)
        return failure(v1::Error::INVALID_ARGUMENT, "UPLOAD_TOO_LARGE",
                       "The file has " + std::to_string(start.size_bytes()) +
                           " bytes; packages of at most 2 GiB are taken.",
                       start.upload_id());
    return {};
}

Result<v1::UploadState> UploadDesk::begin(const v1::UploadStart &start)
{
    if (const auto checked = checkStart(start); !checked)
        return Failure(checked.error());
    m_open.erase(start.upload_id()); // closes the file of a connection that broke
    const fs::path file = fileOf(start.upload_id());
    std::uint64_t received_bytes = bytesIn(file);
    if (received_bytes > start.size_bytes()) { // of another file: begin anew
        std::error_code ignored;
        fs::remove(file, ignored);
        received_bytes = 0;
    }
    if (start.offset() != received_bytes)
        return failure(v1::Error::ABORTED, "UPLOAD_OFFSET",
                       "The upload has " + std::to_string(received_bytes) + " bytes, not " +
                           std::to_string(start.offset()) + "; go on from there.",
                       start.upload_id());
    auto open = std::make_unique<Open>();
    open->start = start;
    open->received_bytes = received_bytes;
    open->file.open(file, std::ios::binary | std::ios::app);
    if (!open->file)
        return failure(v1::Error::UNAVAILABLE, "UPLOAD_NOT_WRITTEN",
                       "Cannot write " + file.string() + ".", start.upload_id());
    m_open[start.upload_id()] = std::move(open);
    return stateWith(received_bytes);
}

Result<v1::UploadState> UploadDesk::append(const std::string &upload_id, const std::string &bytes)
{
    const auto found = m_open.find(upload_id);
    if (found == m_open.end())
        return notBegun(upload_id);
    Open &open = *found->second;
    if (bytes.size() > kUploadChunkBytesMax ||
        open.received_bytes + bytes.size() > open.start.size_bytes())
        return failure(v1::Error::INVALID_ARGUMENT, "UPLOAD_TOO_LARGE",
                       "More bytes came than the upload announced, or a chunk over 1 MiB.",
                       upload_id);
    open.file.write(bytes.data(), std::streamsize(bytes.size()));
    open.file.flush(); // what is acknowledged is resumed after a crash of this process
    if (!open.file) {
        m_open.erase(found);
        return failure(v1::Error::RESOURCE_EXHAUSTED, "UPLOAD_NOT_WRITTEN",
                       "Cannot write to " + m_folder.string() + ": is its disk full?", upload_id);
    }
    open.received_bytes += bytes.size();
    return stateWith(open.received_bytes);
}

Result<CompleteUpload> UploadDesk::complete(const std::string &upload_id)
{
    const auto found = m_open.find(upload_id);
    if (found == m_open.end())
        return notBegun(upload_id);
    const Open &open = *found->second;
    if (open.received_bytes != open.start.size_bytes())
        return failure(v1::Error::FAILED_PRECONDITION, "UPLOAD_INCOMPLETE",
                       std::to_string(open.received_bytes) + " of " +
                           std::to_string(open.start.size_bytes()) + " bytes came; send the rest.",
                       upload_id);
    CompleteUpload complete{fileOf(upload_id), plainName(open.start.file_name())};
    m_open.erase(found);
    return complete;
}

void UploadDesk::remove(const std::string &upload_id)
{
    m_open.erase(upload_id);
    std::error_code ignored;
    fs::remove(fileOf(upload_id), ignored);
}

void UploadDesk::expire()
{
    const auto oldest = fs::file_time_type::clock::now() - kKeep;
    std::error_code ignored;
    for (const auto &entry : fs::directory_iterator(m_folder, ignored)) {
        const std::string id = entry.path().filename().string();
        if (!m_open.contains(id) && entry.last_write_time(ignored) < oldest)
            fs::remove(entry.path(), ignored);
    }
}

void UploadDesk::closeAll()
{
    m_open.clear();
}

} // namespace slipway::fabric
