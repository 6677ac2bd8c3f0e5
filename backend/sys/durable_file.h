// Files that are whole on the disk, or not there at all.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <string_view>

namespace slipway::sys
{

// Writes beside `file` and renames: readers see the old content or the new, also after a loss of
// power. Mode 0600. UNAVAILABLE FILE_NOT_WRITTEN.
Result<void> writeDurably(const std::filesystem::path &file, std::string_view bytes);
// Renames a file or folder within one file system; done for good when it returns. Never replaces
// `to`. UNAVAILABLE FILE_NOT_MOVED.
Result<void> moveDurably(const std::filesystem::path &from, const std::filesystem::path &to);
// Returns when the file's content is on the disk.
Result<void> syncFile(const std::filesystem::path &file);

} // namespace slipway::sys
