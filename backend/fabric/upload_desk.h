// Uploads on their way: a file each, resumable by the id that the client made.
#pragma once

#include "backend/proto/result.h"
#include "slipway/v1/fabric.pb.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

namespace slipway::fabric
{

inline constexpr std::uint64_t kUploadBytesMax = 2ull << 30;
inline constexpr std::size_t kUploadChunkBytesMax = 1024 * 1024;

// An upload of which every byte is there.
struct CompleteUpload {
    std::filesystem::path file;
    std::string file_name; // as the client called it
};

// On the fabric's thread; writes go to the page cache. A broken upload stays for 24 h.
class UploadDesk
{
public:
    explicit UploadDesk(std::filesystem::path folder);

    Result<v1::UploadState> query(const std::string &upload_id) const;
    // ABORTED UPLOAD_OFFSET when the client's offset is not what is here.
    Result<v1::UploadState> begin(const v1::UploadStart &start);
    Result<v1::UploadState> append(const std::string &upload_id, const std::string &bytes);
    // Hands the file over; FAILED_PRECONDITION UPLOAD_INCOMPLETE when bytes are missing.
    Result<CompleteUpload> complete(const std::string &upload_id);
    void remove(const std::string &upload_id);

    // Removes what nobody went on with for 24 hours.
    void expire();
    void closeAll();

private:
    struct Open {
        v1::UploadStart start;
        std::ofstream file;
        std::uint64_t received_bytes = 0;
    };

    std::filesystem::path fileOf(const std::string &upload_id) const;
    Result<void> checkStart(const v1::UploadStart &start) const;

    std::filesystem::path m_folder;
    std::map<std::string, std::unique_ptr<Open>> m_open;
};

} // namespace slipway::fabric
