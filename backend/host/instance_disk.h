// The throw-away disk of an instance on this machine. It survives reboots of the instance, not
// reimaging, and not a move to another host.
#pragma once

#include "backend/host/disk_watch.h"
#include "backend/sys/paths.h"
#include "backend/sys/trash.h"
#include "slipway/v1/machine.pb.h"

#include <optional>
#include <string>

namespace slipway::host
{

class InstanceDisk
{
public:
    // What it starts carries `owner_mark`, if that is not empty.
    InstanceDisk(const sys::Paths &paths, std::string host_id, std::string deployment_id,
                 std::string instance, std::string owner_mark = {});

    // What is on it stays; nobody sees it any more.
    ~InstanceDisk() { hide(); }
    InstanceDisk(const InstanceDisk &) = delete;
    InstanceDisk &operator=(const InstanceDisk &) = delete;
    // Makes the disk, anew when its generation or host is another one, and gives it to `owner`
    // (a user id as which the sandbox's root runs; only as root). With `wall` it is a file system
    // of that size, which the kernel holds it to; blank ones are kept in `blanks`.
    Result<void> prepare(std::uint64_t disk_generation, std::uint32_t owner,
                         const std::optional<DiskLimit> &wall = {},
                         const std::filesystem::path &blanks = {});
    // Whether the kernel holds it; else somebody has to count.
    bool isWalled() const { return m_walled; }
    // Throws it away, if it still belongs to this host: only by the store's word, which comes in
    // the order.
    void remove();
    // It stays, although nobody lists its instance: there is something on it.
    bool isLeft() const;
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
    Result<void> throwAway(const std::string &why);
    void discard(const std::filesystem::path &folder);

    std::filesystem::path m_folder;
    sys::Trash m_trash;
    std::filesystem::path m_passing; // what is being removed for good
    std::string m_host_id;
    std::string m_owner_mark;
    bool m_walled = false; // its image is shown at its folder
};

// The local storage that the definition asks for, and some room besides.
DiskLimit diskLimit(const v1::RoleDefinition &role, const v1::VmSize &size);

// Goes on with what somebody's removal, killed on the way, left of passing files.
void emptyPassing(const sys::Paths &paths, const std::string &owner_mark);

} // namespace slipway::host
