// Whether the file that the next start will read is still the one that this process writes.
#pragma once

#include "backend/sys/file_identity.h"

#include <stdexcept>
#include <string>

namespace slipway::store
{

// What was acknowledged would be lost: the store was removed, replaced or cut while it was open.
struct StoreLost : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// SQLite writes through descriptors that stay good when their names are gone, so the names are
// looked at: before each commit, after it and once a second. The database itself is written by this
// process's checkpoints alone; its write-ahead log may also grow by another process that keeps
// SQLite's protocol, which its data version shows.
class FileGuard
{
public:
    explicit FileGuard(std::filesystem::path file);

    // Remembers the files as they are now. Throws StoreLost when they are other ones than before.
    void record(std::int64_t data_version);
    // Throws StoreLost.
    void check(std::int64_t data_version) const;

private:
    std::filesystem::path m_file;
    std::filesystem::path m_log;
    std::optional<sys::FileIdentity> m_file_then;
    std::optional<sys::FileIdentity> m_log_then;
    std::int64_t m_data_version = 0;
};

} // namespace slipway::store
