// The throw-away disk of an instance on this machine. It survives reboots of the instance, not
// reimaging, and not a move to another host.
#pragma once

#include "backend/host/disk_watch.h"
#include "backend/sys/paths.h"
#include "slipway/v1/machine.pb.h"

#include <optional>
#include <set>
#include <string>

namespace slipway::host
{

class InstanceDisk
{
public:
    // What it starts carries `owner_mark`, if that is not empty.
    InstanceDisk(const sys::Paths &paths, std::string host_id, std::string deployment_id,
                 std::string instance, std::string owner_mark = {});

    // Makes the disk, anew when its generation or host is another one, and gives it to `owner`
    // (a user id as which the sandbox's root runs; only as root). With `wall` it is a file system
    // of that size, which the kernel holds it to; blank ones are kept in `blanks`.
    Result<void> prepare(std::uint64_t disk_generation, std::uint32_t owner,
                         const std::optional<DiskLimit> &wall = {},
                         const std::filesystem::path &blanks = {});
    // Whether the kernel holds it; else somebody has to count.
    bool isWalled() const { return m_walled; }
    // Removes it, if it still belongs to this host.
    void remove();
    // What the definition lets go with every life of the role: temporary files and more.
    void discardPassing(const v1::RoleDefinition &role);
    std::filesystem::path folder() const { return m_folder; }

private:
    std::filesystem::path markFile() const;
    std::filesystem::path imageFile() const;
    Result<void> show(std::uint32_t owner, const std::optional<DiskLimit> &wall,
                      const std::filesystem::path &blanks);
    void emptyInnerTrash() const;
    void hide();
    void discardAll();
    void discard(const std::filesystem::path &folder);

    std::filesystem::path m_folder;
    std::filesystem::path m_trash;
    std::string m_host_id;
    std::string m_owner_mark;
    bool m_walled = false; // its image is shown at its folder
};

// The local storage that the definition asks for, and some room besides.
DiskLimit diskLimit(const v1::RoleDefinition &role, const v1::VmSize &size);

// Goes on with what somebody's removal, killed on the way, left of disks.
void emptyTrash(const sys::Paths &paths, const std::string &owner_mark);

// Removes this host's disks of instances that are not in `kept` ("<deployment>/<instance>"): they
// were deleted while the host was dead.
void removeForgottenDisks(const sys::Paths &paths, const std::string &host_id,
                          const std::set<std::string> &kept, const std::string &owner_mark = {});

} // namespace slipway::host
