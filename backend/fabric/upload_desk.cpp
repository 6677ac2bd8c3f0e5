#include "backend/fabric/upload_desk.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

constexpr std::int64_t kKeep_ms = 3600 * 1000;
constexpr std::int64_t kStill_ms = 5 * 60 * 1000;  // no chunk for so long: its carrier hangs
constexpr std::uint64_t kSpareBytes = 64ull << 20; // of the disk, for the store and the logs
constexpr std::size_t kIdMax = 64;
constexpr std::size_t kFileNameMax = 255;

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

Result<void> checkStart(const v1::UploadStart &start)
{
    if (auto id = checkId(start.upload_id()); !id)
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

v1::UploadState stateWith(std::uint64_t received_bytes)
{
    v1::UploadState state;
    state.set_received_bytes(received_bytes);
    return state;
}

Failure notBegun(const std::string &attempt)
{
    return failure(v1::Error::NOT_FOUND, "UPLOAD_NOT_FOUND",
                   "The upload was not begun, or nothing came of it for too long; begin it again.",
                   attempt);
}

// What a browser or a person may send as a name: its last part, without control characters.
std::string plainName(const std::string &file_name)
{
    std::string name = file_name.substr(file_name.find_last_of("/\\") + 1);
    std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 32; });
    return name.empty() ? "package" : name.substr(0, kFileNameMax);
}

} // namespace

bool UploadWriting::write() const
{
    m_stream->write(m_bytes.data(), std::streamsize(m_bytes.size()));
    m_stream->flush();
    return bool(*m_stream);
}

UploadDesk::UploadDesk(fs::path folder, const sys::Clock &clock, FreeBytes free_bytes)
    : m_folder(std::move(folder)), m_clock(clock), m_free_bytes(std::move(free_bytes))
{
    if (!m_free_bytes)
        m_free_bytes = [folder = m_folder]() -> std::optional<std::uint64_t> {
            std::error_code error;
            const fs::space_info space = fs::space(folder, error);
            return error ? std::nullopt : std::optional<std::uint64_t>(space.available);
        };
}

UploadDesk::Attempts::const_iterator UploadDesk::broken(const std::string &upload_id) const
{
    return std::find_if(m_attempts.begin(), m_attempts.end(), [&](const auto &entry) {
        return entry.second.stage == Stage::Broken && entry.second.start.upload_id() == upload_id;
    });
}

Result<v1::UploadState> UploadDesk::query(const std::string &upload_id) const
{
    if (const auto id = checkId(upload_id); !id)
        return Failure(id.error());
    const auto found = broken(upload_id);
    return stateWith(found == m_attempts.end() ? 0 : found->second.received_bytes);
}

Result<v1::UploadState> UploadDesk::begin(const std::string &name, const v1::UploadStart &start)
{
    if (const auto checked = checkStart(start); !checked)
        return Failure(checked.error());
    const std::uint64_t kept_bytes = keptBytes(start);
    if (start.offset() != kept_bytes)
        return failure(v1::Error::ABORTED, "UPLOAD_OFFSET",
                       "The upload has " + std::to_string(kept_bytes) + " bytes, not " +
                           std::to_string(start.offset()) + "; go on from there.",
                       start.upload_id());
    if (const auto room = makeRoom(start); !room)
        return Failure(room.error());
    const auto resumed = broken(start.upload_id());
    const fs::path file = resumed != m_attempts.end()
                              ? resumed->second.file
                              : m_folder / (start.upload_id() + "." +
                                            std::to_string(start.size_bytes()) + "." + name);
    auto stream = open(start, file);
    if (!stream)
        return Failure(stream.error()); // what was kept still is
    if (resumed != m_attempts.end())
        m_attempts.erase(resumed);
    Attempt &attempt = m_attempts[name];
    attempt.start = start;
    attempt.file = file;
    attempt.stream = std::move(*stream);
    attempt.received_bytes = kept_bytes;
    attempt.touched_ms = m_clock.steadyMs();
    return stateWith(kept_bytes);
}

// Of the same file, as far as one can tell; one of another file gives way.
std::uint64_t UploadDesk::keptBytes(const v1::UploadStart &start)
{
    const auto found = broken(start.upload_id());
    if (found == m_attempts.end())
        return 0;
    if (found->second.start.size_bytes() == start.size_bytes())
        return found->second.received_bytes;
    forget(m_attempts.find(found->first));
    return 0;
}

// What broke off goes first, the oldest first; what is coming stays, and what is gone on with now.
Result<void> UploadDesk::makeRoom(const v1::UploadStart &start)
{
    if (auto space = checkFreeSpace(start); !space)
        return space;
    const auto resumed = broken(start.upload_id());
    const auto full = [&] {
        const std::size_t others = m_attempts.size() - (resumed == m_attempts.end() ? 0 : 1);
        std::uint64_t bytes = start.size_bytes();
        for (auto entry = m_attempts.cbegin(); entry != m_attempts.cend(); ++entry)
            bytes += entry == resumed ? 0 : entry->second.start.size_bytes();
        return others >= kAttemptsMax || bytes > kAttemptBytesMax;
    };
    while (full()) {
        auto oldest = m_attempts.end();
        for (auto entry = m_attempts.begin(); entry != m_attempts.end(); ++entry)
            if (entry->second.stage == Stage::Broken &&
                Attempts::const_iterator(entry) != resumed &&
                (oldest == m_attempts.end() ||
                 entry->second.touched_ms < oldest->second.touched_ms))
                oldest = entry;
        if (oldest == m_attempts.end())
            return failure(v1::Error::RESOURCE_EXHAUSTED, "TOO_MANY_UPLOADS",
                           "At most " + std::to_string(kAttemptsMax) + " uploads, of " +
                               std::to_string(kAttemptBytesMax >> 30) +
                               " GiB in all, are taken at a time. Wait until one has ended.",
                           start.upload_id());
        forget(oldest);
    }
    return {};
}

std::uint64_t UploadDesk::neededBytes(const v1::UploadStart &start)
{
    return start.size_bytes() - std::min(start.offset(), start.size_bytes()) + kSpareBytes;
}

Result<void> UploadDesk::checkFreeSpace(const v1::UploadStart &start) const
{
    const auto free_bytes = m_free_bytes();
    if (!free_bytes || *free_bytes >= neededBytes(start))
        return {};
    return failure(
        v1::Error::RESOURCE_EXHAUSTED, "DISK_TOO_FULL",
        "The disk of " + m_folder.string() + " has " + std::to_string(*free_bytes) +
            " bytes left, and this upload needs " + std::to_string(neededBytes(start)) +
            ". Make room: what packages that are deleted leave in the trash gives way by "
            "itself.",
        start.upload_id());
}

Result<std::shared_ptr<std::ofstream>> UploadDesk::open(const v1::UploadStart &start,
                                                        const fs::path &file) const
{
    auto stream = std::make_shared<std::ofstream>(file, std::ios::binary | std::ios::app);
    if (*stream)
        return stream;
    return failure(v1::Error::UNAVAILABLE, "UPLOAD_NOT_WRITTEN",
                   "Cannot write " + file.string() +
                       ": is the disk full, or are too many files open?",
                   start.upload_id());
}

Result<UploadWriting> UploadDesk::accept(const std::string &name, std::string bytes)
{
    const auto found = m_attempts.find(name);
    if (found == m_attempts.end() || found->second.stage != Stage::Coming || found->second.breaks)
        return notBegun(name);
    Attempt &attempt = found->second;
    if (bytes.size() > kUploadChunkBytesMax ||
        attempt.received_bytes + attempt.writing_bytes + bytes.size() > attempt.start.size_bytes())
        return failure(v1::Error::INVALID_ARGUMENT, "UPLOAD_TOO_LARGE",
                       "More bytes came than the upload announced, or a chunk over 1 MiB.",
                       attempt.start.upload_id());
    attempt.writing_bytes += bytes.size();
    attempt.touched_ms = m_clock.steadyMs();
    return UploadWriting(attempt.stream, std::move(bytes));
}

Result<v1::UploadState> UploadDesk::written(const std::string &name, std::size_t bytes,
                                            bool success)
{
    const auto found = m_attempts.find(name);
    if (found == m_attempts.end())
        return notBegun(name);
    Attempt &attempt = found->second;
    if (!success) { // what did reach the disk is not known: it cannot be gone on with
        const std::string upload_id = attempt.start.upload_id();
        forget(found);
        return failure(v1::Error::RESOURCE_EXHAUSTED, "UPLOAD_NOT_WRITTEN",
                       "Cannot write to " + m_folder.string() + ": is its disk full?", upload_id);
    }
    attempt.writing_bytes -= bytes;
    attempt.received_bytes += bytes;
    attempt.touched_ms = m_clock.steadyMs();
    const auto state = stateWith(attempt.received_bytes);
    if (attempt.breaks && attempt.writing_bytes == 0)
        keepBroken(found);
    return state;
}

Result<CompleteUpload> UploadDesk::complete(const std::string &name)
{
    const auto found = m_attempts.find(name);
    if (found == m_attempts.end() || found->second.stage != Stage::Coming)
        return notBegun(name);
    Attempt &attempt = found->second;
    if (attempt.received_bytes != attempt.start.size_bytes())
        return failure(v1::Error::FAILED_PRECONDITION, "UPLOAD_INCOMPLETE",
                       std::to_string(attempt.received_bytes) + " of " +
                           std::to_string(attempt.start.size_bytes()) +
                           " bytes came; send the rest.",
                       attempt.start.upload_id());
    attempt.stream.reset(); // all of it is written, so nobody else has it
    attempt.stage = Stage::Storing;
    return CompleteUpload{attempt.file, plainName(attempt.start.file_name())};
}

void UploadDesk::remove(const std::string &name)
{
    if (const auto found = m_attempts.find(name); found != m_attempts.end())
        forget(found);
}

void UploadDesk::forget(Attempts::iterator attempt)
{
    attempt->second.stream.reset();
    std::error_code ignored;
    fs::remove(attempt->second.file, ignored);
    m_attempts.erase(attempt);
}

// What is on its way to the disk comes there first.
void UploadDesk::breakOff(const std::string &name)
{
    const auto found = m_attempts.find(name);
    if (found == m_attempts.end() || found->second.stage != Stage::Coming)
        return;
    found->second.breaks = true;
    if (found->second.writing_bytes == 0)
        keepBroken(found);
}

void UploadDesk::keepBroken(Attempts::iterator attempt)
{
    if (attempt->second.received_bytes == 0)
        return forget(attempt);
    const auto older = broken(attempt->second.start.upload_id());
    if (older != m_attempts.end()) { // one is enough: the one with more
        if (older->second.received_bytes >= attempt->second.received_bytes)
            return forget(attempt);
        forget(m_attempts.find(older->first));
    }
    attempt->second.stream.reset();
    attempt->second.stage = Stage::Broken;
    attempt->second.touched_ms = m_clock.steadyMs();
}

void UploadDesk::expire()
{
    const std::int64_t now_ms = m_clock.steadyMs();
    std::vector<std::string> still;
    std::vector<std::string> old;
    for (const auto &[name, attempt] : m_attempts) {
        if (attempt.stage == Stage::Coming && now_ms - attempt.touched_ms > kStill_ms)
            still.push_back(name);
        if (attempt.stage == Stage::Broken && now_ms - attempt.touched_ms > kKeep_ms)
            old.push_back(name);
    }
    for (const std::string &name : old)
        remove(name);
    for (const std::string &name : still)
        breakOff(name);
}

// What an earlier life had on its way can be gone on with, too; other files are left alone.
void UploadDesk::adopt()
{
    std::error_code ignored;
    for (const auto &entry : fs::directory_iterator(m_folder, ignored)) {
        const std::string file_name = entry.path().filename().string();
        const std::size_t size_at = file_name.find('.');
        const std::size_t name_at = file_name.find('.', size_at + 1);
        if (size_at == std::string::npos || name_at == std::string::npos)
            continue;
        Attempt attempt;
        attempt.start.set_upload_id(file_name.substr(0, size_at));
        attempt.start.set_size_bytes(std::strtoull(file_name.c_str() + size_at + 1, nullptr, 10));
        attempt.file = entry.path();
        attempt.received_bytes = entry.file_size(ignored);
        attempt.stage = Stage::Broken;
        attempt.touched_ms = m_clock.steadyMs();
        if (checkStart(attempt.start) && attempt.received_bytes <= attempt.start.size_bytes())
            m_attempts[file_name.substr(name_at + 1)] = std::move(attempt);
    }
}

bool UploadDesk::isComing(const std::string &upload_id) const
{
    return std::any_of(m_attempts.begin(), m_attempts.end(), [&](const auto &entry) {
        return entry.second.stage == Stage::Coming && entry.second.start.upload_id() == upload_id;
    });
}

void UploadDesk::closeAll()
{
    for (auto &[name, attempt] : m_attempts)
        attempt.stream.reset();
    m_attempts.clear();
}

std::size_t UploadDesk::openFiles() const
{
    return std::size_t(std::count_if(m_attempts.begin(), m_attempts.end(), [](const auto &entry) {
        return entry.second.stream != nullptr;
    }));
}

} // namespace slipway::fabric
