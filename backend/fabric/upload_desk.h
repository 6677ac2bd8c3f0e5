// Uploads on their way. Each attempt has a file of its own: the same content may come ten times at
// once, and none touches another's. What broke off can be gone on with for an hour.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/clock.h"
#include "slipway/v1/fabric.pb.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace slipway::fabric
{

inline constexpr std::uint64_t kUploadBytesMax = 2ull << 30;
inline constexpr std::size_t kUploadChunkBytesMax = 1024 * 1024;
inline constexpr std::size_t kAttemptsMax = 32; // under way, broken off, being stored
inline constexpr std::uint64_t kAttemptBytesMax = 16ull << 30; // announced by all of them

// An upload of which every byte is there. Its file is the taker's, who calls remove().
struct CompleteUpload {
    std::filesystem::path file;
    std::string file_name; // as the client called it
};

// A chunk on its way into its file: write() blocks, where nobody else waits, when the disk is slow.
class UploadWriting
{
public:
    UploadWriting(std::shared_ptr<std::ofstream> stream, std::string bytes)
        : m_stream(std::move(stream)), m_bytes(std::move(bytes))
    {
    }
    bool write() const; // any thread, but the chunks of one upload one after the other
    std::size_t size() const { return m_bytes.size(); }

private:
    std::shared_ptr<std::ofstream> m_stream;
    std::string m_bytes;
};

// On the fabric's thread; only the writing itself is done elsewhere. An attempt is named by whoever
// carries it (the server's call); the upload id is the client's, who may go on under it after a
// break.
class UploadDesk
{
public:
    // Bytes that the folder's disk has left; nothing: nobody knows.
    using FreeBytes = std::function<std::optional<std::uint64_t>()>;

    // Without `free_bytes` the disk is asked.
    UploadDesk(std::filesystem::path folder, const sys::Clock &clock, FreeBytes free_bytes = {});

    // What a new attempt of this upload can go on with: the bytes of the one that broke off. 0: it
    // begins anew, also while others of the same id are under way.
    Result<v1::UploadState> query(const std::string &upload_id) const;
    // ABORTED UPLOAD_OFFSET when the client's offset is not what query() says; RESOURCE_EXHAUSTED
    // TOO_MANY_UPLOADS or DISK_TOO_FULL.
    Result<v1::UploadState> begin(const std::string &attempt, const v1::UploadStart &start);
    // Takes a chunk in, which somebody has to write and tell of with written().
    Result<UploadWriting> accept(const std::string &attempt, std::string bytes);
    Result<v1::UploadState> written(const std::string &attempt, std::size_t bytes, bool success);
    // What begin() needs of the disk, for whoever can make room.
    static std::uint64_t neededBytes(const v1::UploadStart &start);
    // Hands the file over; FAILED_PRECONDITION UPLOAD_INCOMPLETE when bytes are missing.
    Result<CompleteUpload> complete(const std::string &attempt);
    // The file that was handed over was stored, or refused.
    void remove(const std::string &attempt);
    // Its carrier is gone: the file is closed at once and kept for going on.
    void breakOff(const std::string &attempt);

    // Whether an attempt of this upload is under way: another one, or one whose break is not known
    // yet.
    bool isComing(const std::string &upload_id) const;

    // At the start: what an earlier life had on its way.
    void adopt();
    // Removes what nobody went on with for an hour, and breaks off what came to a stop.
    void expire();
    void closeAll();

    std::size_t openFiles() const; // for tests

private:
    enum class Stage { Coming, Broken, Storing };
    struct Attempt {
        v1::UploadStart start;
        std::filesystem::path file;
        std::shared_ptr<std::ofstream> stream; // while it is coming
        std::uint64_t received_bytes = 0;      // written
        std::uint64_t writing_bytes = 0;       // on their way to the disk
        bool breaks = false;                   // when they have come there
        Stage stage = Stage::Coming;
        std::int64_t touched_ms = 0; // steady
    };
    using Attempts = std::map<std::string, Attempt>;

    Attempts::const_iterator broken(const std::string &upload_id) const;
    std::uint64_t keptBytes(const v1::UploadStart &start);
    Result<void> makeRoom(const v1::UploadStart &start);
    Result<std::shared_ptr<std::ofstream>> open(const v1::UploadStart &start,
                                                const std::filesystem::path &file) const;
    void keepBroken(Attempts::iterator attempt);
    void forget(Attempts::iterator attempt);
    Result<void> checkFreeSpace(const v1::UploadStart &start) const;

    std::filesystem::path m_folder;
    const sys::Clock &m_clock;
    FreeBytes m_free_bytes;
    Attempts m_attempts; // by the attempt's name
};

} // namespace slipway::fabric
