// Instance: the room on its disk. Where the kernel holds the disk its programs are refused what is
// too much, and the host only tells; else the host counts, and ends who takes more than its share.
#include "backend/host/instance.h"

#include "backend/sys/disk_image.h"

namespace slipway::host
{

namespace
{

// The kernel refuses whole pieces: less than one of so many parts is nothing that can be used.
constexpr std::uint64_t kFullParts = 256;
constexpr std::uint64_t kRoomParts = 50;          // one of them free: there is room again
constexpr std::int64_t kTellAgainMin_ms = 60'000; // whoever fills and empties it in turns

std::string megabytes(std::uint64_t bytes)
{
    return std::to_string(bytes / (1024 * 1024)) + " MB";
}

std::string fillOf(std::uint64_t bytes, std::uint64_t bytes_max, std::uint64_t files,
                   std::uint64_t files_max)
{
    return "its disk is full: " + megabytes(bytes) + " of " + megabytes(bytes_max) + " in " +
           std::to_string(files) + " of " + std::to_string(files_max) + " files";
}

bool isFull(const sys::DiskRoom &room)
{
    return room.free_bytes < room.bytes / kFullParts || room.free_files == 0;
}

bool hasRoom(const sys::DiskRoom &room)
{
    return room.free_bytes > room.bytes / kRoomParts && room.free_files > room.files / kRoomParts;
}

} // namespace

// Whatever fails here is tried again: the machine's disk, or the instance's own, may have room
// then.
Result<void> Instance::prepareDisk()
{
    std::optional<DiskLimit> wall;
    if (m_context.isolation.disk_walls)
        wall = diskLimit(m_running.role(), m_running.size());
    const HostOptions &options = m_context.options;
    const auto made = m_disk.prepare(m_running.disk_generation(), uidBase(), wall,
                                     options.paths.hostFolder(options.host_id) / "blanks");
    if (m_disk.isWalled()) {
        const auto room = sys::diskRoom(m_disk.folder());
        if (!made || (room && isFull(*room)))
            m_disk.discardPassing(m_running.role());
        m_disk_count = nullptr;
        return made;
    }
    if (!made)
        return made;
    if (!m_disk_count)
        m_disk_count = m_context.disks.watch(
            m_disk.folder(), [this](const sys::TreeUsage &usage) { diskCounted(usage); });
    return checkDisk();
}

void Instance::lookAtDisk()
{
    const auto room = m_disk.isWalled() ? sys::diskRoom(m_disk.folder()) : std::nullopt;
    if (!room)
        return;
    if (std::exchange(m_disk_full, m_disk_full ? !hasRoom(*room) : isFull(*room)) == m_disk_full)
        return;
    const std::int64_t now_ms = m_context.clock.steadyMs();
    if (m_disk_full && m_disk_told_ms && now_ms - *m_disk_told_ms < kTellAgainMin_ms)
        return;
    if (!m_disk_full)
        return tell(v1::INFO, "DiskHasRoom", m_wanted.name() + ": there is room on its disk again",
                    {}, {});
    m_disk_told_ms = now_ms;
    tell(v1::ERROR, "DiskFull",
         m_wanted.name() + ": " +
             fillOf(room->bytes - room->free_bytes, room->bytes, room->files - room->free_files,
                    room->files),
         "It wrote all that its definition's local storage allows; the kernel refuses more",
         "It goes on without; let it remove what it can spare, reimage it, or give its "
         "LocalStorage more room");
}

// It goes down before it takes what is others'; what may go with every life of the role, goes.
void Instance::diskCounted(const sys::TreeUsage &usage)
{
    const DiskLimit limit = diskLimit(m_wanted.role(), m_wanted.size());
    if (std::exchange(m_disk_full, !limit.holds(usage)) || !m_disk_full || !m_sandbox)
        return;
    const std::string cause = usage.too_deep
                                  ? "its disk has folders in folders deeper than can be counted"
                                  : fillOf(usage.bytes, limit.bytes, usage.files, limit.files);
    tell(v1::ERROR, "DiskFull", m_wanted.name() + ": " + cause,
         "It wrote more than its definition's local storage allows",
         usage.too_deep ? "It is started again with an empty TEMP; reimage it if that is not enough"
                        : "It is started again with an empty TEMP; reimage it, or give its "
                          "LocalStorage more room");
    m_disk_too_deep = usage.too_deep;
    m_end_cause = cause;
    m_sandbox->kill();
}

Result<void> Instance::checkDisk()
{
    if (!m_disk_full)
        return {};
    m_disk.discardPassing(m_running.role());
    if (m_disk_too_deep)
        return failure(v1::Error::RESOURCE_EXHAUSTED, "DISK_TOO_DEEP",
                       "its disk has folders in folders deeper than can be counted. It starts when "
                       "it is reimaged");
    return failure(v1::Error::RESOURCE_EXHAUSTED, "DISK_FULL",
                   "its disk is full. It starts as soon as there is room: reimage it, or give its "
                   "LocalStorage more room in the definition");
}

} // namespace slipway::host
