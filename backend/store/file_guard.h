// Whether the file that the next start will read is still the one that this process writes.
#pragma once

#include "backend/sys/file_identity.h"

#include <functional>
#include <stdexcept>
#include <string>

namespace slipway::store
{

// What was acknowledged would be lost: the store was removed, replaced or cut while it was open.
struct StoreLost : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// SQLite writes through descriptors that stay good when their names are gone, so the names are
// looked at: before each commit, after it and once a second. Both files are written by this process
// alone: the log by its transactions, the database by its checkpoints. Only a new time on a
// database whose content is the old one is taken: tools that keep copies set it.
class FileGuard
{
public:
    // `header` reads the beginning of the open database, in which SQLite counts its changes.
    FileGuard(std::filesystem::path file, std::function<std::string()> header);

    // After every write of our own, whether it succeeded or left half of itself in the log:
    // remembers the files as they are now. Throws StoreLost when they are other ones than before.
    void record();
    // Both throw StoreLost: by names and sizes, which says whether what is open can be read at all;
    // and by what was written.
    void checkNames() const;
    void checkContent();

private:
    void checkFile();

    std::filesystem::path m_file;
    std::filesystem::path m_log;
    std::function<std::string()> m_header;
    std::optional<sys::FileIdentity> m_file_then;
    std::optional<sys::FileIdentity> m_log_then;
    std::string m_header_then;
};

} // namespace slipway::store
