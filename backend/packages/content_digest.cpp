#include "backend/packages/content_digest.h"

#include "backend/packages/sha256.h"
#include "backend/packages/work_folder.h"

#include <algorithm>
#include <vector>

namespace slipway::packages
{

namespace fs = std::filesystem;

static Result<std::vector<fs::path>> sortedFiles(const fs::path &folder)
{
    std::vector<fs::path> files;
    std::error_code error;
    auto walk = fs::recursive_directory_iterator(folder, error);
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error))
        files.push_back(walk->path());
    if (error)
        return fileFailure(folder, "read");
    std::sort(files.begin(), files.end());
    return files;
}

// Every part has its length in front: two trees never give the same text.
static void addPart(Sha256 &sum, const std::string &part)
{
    sum.update(std::to_string(part.size()) + ":" + part);
}

static Result<std::string> describe(const fs::path &file, std::uint64_t &bytes)
{
    std::error_code error;
    const fs::file_status status = fs::symlink_status(file, error);
    if (error)
        return fileFailure(file, "read");
    if (fs::is_directory(status))
        return std::string("folder");
    if (!fs::is_regular_file(status))
        return std::string("neither file nor folder");
    const auto sum = sha256OfFile(file);
    if (!sum)
        return Failure(sum.error());
    const std::uintmax_t size_bytes = fs::file_size(file, error);
    if (error) // it went meanwhile
        return fileFailure(file, "read");
    bytes += size_bytes;
    const bool runs = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    return (runs ? "program " : "file ") + *sum;
}

Result<ContentDigest> contentDigest(const fs::path &folder, const std::function<bool()> &stopped)
{
    const auto files = sortedFiles(folder);
    if (!files)
        return Failure(files.error());
    ContentDigest digest;
    Sha256 sum;
    for (const fs::path &file : *files) {
        if (stopped && stopped())
            return fileFailure(folder, "finish reading");
        const auto described = describe(file, digest.bytes);
        if (!described)
            return Failure(described.error());
        addPart(sum, file.lexically_relative(folder).generic_string());
        addPart(sum, *described);
    }
    digest.hex = sum.finish();
    return digest;
}

} // namespace slipway::packages
