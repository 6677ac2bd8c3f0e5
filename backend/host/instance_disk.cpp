#include "backend/host/instance_disk.h"

#include "backend/proto/plain_name.h"
#include "backend/sys/beneath.h"
#include "backend/sys/child_process.h"
#include "backend/sys/disk_image.h"
#include "backend/sys/plain_file.h"
#include "backend/sys/random.h"
#include "backend/sys/sandbox.h"
#include "backend/sys/trees.h"

#include <algorithm>
#include <fstream>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

constexpr char kMarkSuffix[] = ".disk";
constexpr char kImageSuffix[] = ".img";
constexpr char kInnerTrash[] = ".trash-"; // within a disk that is a file system of its own
constexpr char kPassing[] = ".passing";
constexpr std::size_t kPassingMax = 1'000; // fits into one command line

// "<host> <disk generation>"; host is empty when there is no mark.
struct Mark {
    std::string host;
    std::uint64_t generation = 0;
};

Mark readMark(const fs::path &file)
{
    Mark mark;
    std::ifstream(file) >> mark.host >> mark.generation;
    return mark;
}

constexpr std::uint32_t kIdsPerSandbox = 65'536;
constexpr std::uint64_t kMegabyte = 1024 * 1024;
constexpr std::uint64_t kBesides_bytes = 256 * kMegabyte; // home and temp
constexpr std::uint64_t kBytesPerFile = 8 * 1024;
constexpr std::uint64_t kFilesLeast = 50'000;

std::uint32_t ownerOf(const fs::path &path)
{
    struct stat info {
    };
    return lstat(path.c_str(), &info) == 0 ? info.st_uid : 0;
}

void giveTo(const fs::path &folder, std::uint32_t owner)
{
    const std::uint32_t before = ownerOf(folder);
    if (geteuid() == 0 && before != owner)
        sys::moveOwnersBeneath(folder, before, owner, kIdsPerSandbox);
}

// Folders that their program closed are opened first, by links that are not followed: nobody writes
// there any more.
constexpr const char *kRemoval =
    "find \"$@\" -xdev -type d ! -perm -700 -exec chmod u+rwx {} ';' 2>/dev/null; "
    "exec rm -rf --one-file-system -- \"$@\"";

// Starts a removal that goes on beside the host's work; the host collects it among its orphans. By
// its mark it is found when the host ends before it.
bool removeBeside(const std::vector<fs::path> &folders, const std::string &owner_mark)
{
    sys::SpawnRequest request;
    request.arguments = {"/bin/sh", "-c", kRemoval, "sh"};
    for (const fs::path &folder : folders)
        request.arguments.push_back(folder.string());
    request.new_session = true;
    if (!owner_mark.empty())
        sys::addMark(request.environment, owner_mark);
    return sys::spawn(request).has_value();
}

} // namespace

InstanceDisk::InstanceDisk(const sys::Paths &paths, std::string host_id, std::string deployment_id,
                           std::string instance, std::string owner_mark)
    : m_folder(paths.instanceDisk(deployment_id, instance)), m_trash(sys::diskTrash(paths)),
      m_passing(paths.disks() / kPassing), m_host_id(std::move(host_id)),
      m_owner_mark(std::move(owner_mark))
{
}

fs::path InstanceDisk::markFile() const
{
    return m_folder.string() + kMarkSuffix;
}

fs::path InstanceDisk::imageFile() const
{
    return m_folder.string() + kImageSuffix;
}

// A disk from a time when there was no wall stays what it is until it is made anew.
Result<void> InstanceDisk::show(std::uint32_t owner, const std::optional<DiskLimit> &wall,
                                const fs::path &blanks)
{
    std::error_code error;
    if (m_walled)
        return {};
    const bool has_image = fs::exists(imageFile(), error);
    if (!has_image && (!wall || !fs::is_empty(m_folder, error)))
        return {};
    if (!wall)
        return failure(v1::Error::FAILED_PRECONDITION, "DISK_NOT_SHOWN",
                       "its disk is the file system in " + imageFile().string() +
                           ", which this host cannot show now. Let the fabric run as before, or "
                           "reimage the instance",
                       imageFile().string());
    if (!has_image)
        if (const auto made = sys::makeDiskImage(imageFile(), {wall->bytes, wall->files}, blanks);
            !made)
            return made;
    const auto shown = sys::showDiskImage(imageFile(), m_folder, owner);
    m_walled = shown.has_value();
    if (m_walled)
        emptyInnerTrash();
    return shown;
}

// What a removal left that was ended on its way.
void InstanceDisk::emptyInnerTrash() const
{
    std::vector<fs::path> left;
    std::error_code error;
    for (fs::directory_iterator entry(m_folder, error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().filename().string().starts_with(kInnerTrash) && left.size() < kPassingMax)
            left.push_back(entry->path());
    if (!left.empty())
        removeBeside(left, m_owner_mark);
}

void InstanceDisk::hide()
{
    if (std::exchange(m_walled, false))
        sys::hideDiskImage(m_folder);
}

Result<void> InstanceDisk::prepare(std::uint64_t disk_generation, std::uint32_t owner,
                                   const std::optional<DiskLimit> &wall, const fs::path &blanks)
{
    const Mark mark = readMark(markFile());
    if (mark.host != m_host_id || mark.generation != disk_generation)
        if (const auto gone = throwAway("It is made anew: reimaged, resized, or moved here.");
            !gone)
            return gone;
    std::error_code error;
    fs::create_directories(m_folder, error);
    sys::openToOwner(m_folder); // its program may have closed it
    if (!error)
        if (const auto shown = show(owner, wall, blanks); !shown)
            return shown;
    if (!error)
        if (const auto made = sys::ensureFolderBeneath(m_folder, "tmp"); !made)
            return made;
    if (error)
        return failure(v1::Error::INTERNAL, "DISK_NOT_MADE",
                       "Cannot make the instance's disk " + m_folder.string() + ": " +
                           error.message() + ". Check the space and the rights of the data folder.",
                       m_folder.string());
    fs::permissions(m_folder, fs::perms(0700), error);
    giveTo(m_folder, owner);
    const std::string mine = m_host_id + ' ' + std::to_string(disk_generation) + '\n';
    return sys::ensureFile(markFile(), mine, sys::Readers::OwnerOnly);
}

void InstanceDisk::remove()
{
    if (const Mark mark = readMark(markFile()); mark.host != m_host_id)
        return;
    if (const auto gone = throwAway("Its instance was deleted."); !gone)
        return spdlog::warn("{}", gone.error().message());
    std::error_code ignored;
    fs::remove(markFile(), ignored);
    fs::remove(m_folder.parent_path(), ignored); // the deployment's, when it was the last one
}

bool InstanceDisk::isLeft() const
{
    std::error_code ignored;
    return readMark(markFile()).host == m_host_id && fs::exists(m_folder, ignored);
}

// To where it can be had back from for 7 days.
Result<void> InstanceDisk::throwAway(const std::string &why)
{
    hide();
    std::error_code ignored;
    if (const auto gone = m_trash.takeDisk(imageFile(), why); !gone)
        return gone;
    if (fs::remove(m_folder, ignored))
        return {}; // there was nothing in it
    return m_trash.takeDisk(m_folder, why);
}

void InstanceDisk::discardPassing(const v1::RoleDefinition &role)
{
    sys::openToOwner(m_folder);
    discard(m_folder / "tmp");
    for (const v1::LocalStorage &storage : role.local_storage())
        if (storage.clean_on_role_recycle() && isPlainName(storage.name()))
            discard(m_folder / storage.name());
}

DiskLimit diskLimit(const v1::RoleDefinition &role, const v1::VmSize &size)
{
    DiskLimit limit;
    limit.bytes = kBesides_bytes;
    for (const v1::LocalStorage &storage : role.local_storage())
        limit.bytes += storage.size_mb() * kMegabyte;
    if (size.local_disk_bytes() > 0)
        limit.bytes = std::min<std::uint64_t>(limit.bytes, size.local_disk_bytes());
    limit.files = std::max(kFilesLeast, limit.bytes / kBytesPerFile);
    return limit;
}

// Out of the way at once; a large tree is then removed beside the host's work.
void InstanceDisk::discard(const fs::path &folder)
{
    std::error_code error;
    if (!fs::exists(fs::symlink_status(folder, error)))
        return;
    const bool is_inside = m_walled && folder.parent_path() == m_folder; // no rename leads out
    const fs::path passing =
        is_inside ? m_folder / (kInnerTrash + sys::randomHex(16)) : m_passing / sys::randomHex(16);
    if (!is_inside)
        fs::create_directories(m_passing, error);
    sys::openToOwner(folder);
    fs::rename(folder, passing, error);
    if (!error && removeBeside({passing}, m_owner_mark))
        return;
    if (const auto removed = sys::removeTree(error ? folder : passing); !removed)
        spdlog::warn("{}", removed.error().message());
}

// Several hosts may go on with the same remains: who comes late finds nothing.
void emptyPassing(const sys::Paths &paths, const std::string &owner_mark)
{
    std::vector<fs::path> left;
    std::error_code error;
    for (fs::directory_iterator entry(paths.disks() / kPassing, error), end; !error && entry != end;
         entry.increment(error))
        if (left.size() < kPassingMax)
            left.push_back(entry->path());
    if (!left.empty() && !removeBeside(left, owner_mark))
        spdlog::warn("What is left of removed files in {} stays until the next start.",
                     (paths.disks() / kPassing).string());
}

} // namespace slipway::host
