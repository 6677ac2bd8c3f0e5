#include "backend/sys/trees.h"

namespace slipway::sys
{

namespace fs = std::filesystem;

Result<void> removeTree(const fs::path &thing)
{
    std::error_code error;
    fs::remove_all(thing, error);
    if (!error)
        return {};
    return failure(v1::Error::UNAVAILABLE, "TREE_NOT_REMOVED",
                   "Cannot remove all of " + thing.string() + ": " + error.message() + ".",
                   thing.string());
}

void openToOwner(const fs::path & /*folder*/) {} // who may move a folder is not in its own rights

std::uint64_t treeBytes(const fs::path &thing, const std::atomic<bool> &stop)
{
    std::uint64_t bytes = 0;
    std::error_code error;
    auto walk = fs::recursive_directory_iterator(thing, error);
    for (; !stop && !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
        std::error_code failed;
        const std::uintmax_t size_bytes =
            fs::is_regular_file(walk->symlink_status(failed)) ? walk->file_size(failed) : 0;
        bytes += failed ? 0 : size_bytes;
    }
    return bytes;
}

} // namespace slipway::sys
