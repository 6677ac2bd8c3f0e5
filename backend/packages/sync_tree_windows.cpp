#include "backend/packages/work_folder.h"

#include <windows.h>

namespace slipway::packages
{

static bool syncFile(const std::filesystem::path &path)
{
    const HANDLE file = CreateFileW(path.c_str(), GENERIC_WRITE, FILE_SHARE_READ, nullptr,
                                    OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    const bool done = FlushFileBuffers(file) != 0;
    CloseHandle(file);
    return done;
}

Result<void> syncTree(const std::filesystem::path &folder)
{
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && !syncFile(entry.path()))
            return fileFailure(entry.path(), "flush");
    return {};
}

} // namespace slipway::packages
