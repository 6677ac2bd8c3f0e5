// What keeps a fabric's data whole and small: snapshots, backups, checks, the trash, the end of the
// history.
#pragma once

#include "backend/fabric/believed_time.h"
#include "backend/fabric/fabric.h"
#include "backend/fabric/worker.h"
#include "backend/store/snapshot.h"
#include "backend/sys/paths.h"
#include "backend/sys/trash.h"
#include "slipway/v1/fabric.pb.h"
#include "slipway/v1/machine.pb.h"

#include <asio/io_context.hpp>
#include <vector>

namespace slipway::fabric
{

// On the fabric's thread, except where it says otherwise; what takes long runs beside it.
class Keeping
{
public:
    // What it goes by, as committed.
    struct Facts {
        v1::Settings settings;
        std::uint64_t revision = 0;
        bool adrift = false;
        sys::Trash::Used used; // packages that deployments were made from
    };
    using Tell = std::function<void(const v1::Happening &)>;

    Keeping(asio::io_context &io, const sys::Paths &paths, const sys::Clock &clock,
            store::Store &store, Tell tell);

    // After a first start nothing is old, and nothing that lies here is the fabric's.
    void begin(const Facts &facts, bool first_start);
    void everyMinute(const Facts &facts);
    void everyHour(const Facts &facts);
    // One small step of it; whether there is more to do.
    bool forgetHistory(const v1::Settings &settings);
    // The store is closed afterwards; what runs beside is waited for by the destructor.
    void end();

    // For what goes by age (any thread).
    std::int64_t nowMs() const { return m_time.nowMs(); }
    const sys::Trash &trash() const { return m_trash; } // of the data folder; any thread

    void backup(const v1::BackupRequest &request, const Facts &facts,
                const Done<v1::BackupReply> &done);
    // Who asks while a check runs gets its answer.
    void check(const Done<v1::CheckStoreReply> &done);
    // The oldest of the trash gives way until the data's disk has so many bytes left; `then` in any
    // case.
    void makeRoom(std::uint64_t free_bytes, const Facts &facts, std::function<void()> then);

    std::int64_t snapshotTimeMs() const { return m_snapshot_time_ms; }

private:
    void saveOpen(const std::filesystem::path &file, const Done<std::uint64_t> &done);
    void saveMore(const Done<std::uint64_t> &done);
    void takeSnapshotWhenDue(const Facts &facts);
    void snapshotTaken(const Result<std::uint64_t> &size, std::uint64_t revision);
    void tendTrash(const Facts &facts, bool expire);
    void tellGone(const std::filesystem::path &trash, const sys::Trash::Content &gone);
    void keepTime();
    void saveWhatIsOpen();

    asio::io_context &m_io;
    const sys::Paths &m_paths;
    const sys::Clock &m_clock;
    store::Store &m_store;
    Tell m_tell;
    BelievedTime m_time;
    sys::Trash m_trash;
    std::unique_ptr<store::Copying> m_saving;              // of a store that is lost
    std::vector<Done<v1::CheckStoreReply>> m_check_askers; // of the one that runs
    std::uint64_t m_snapshot_revision = 0;
    std::int64_t m_snapshot_time_ms = 0;
    std::int64_t m_next_snapshot_ms = 0; // steady
    bool m_snapshot_runs = false;
    std::atomic<bool> m_stop = false;
    Worker m_librarian; // checks and backups
    Worker m_archivist; // snapshots and the trash, which no check may hold up
};

} // namespace slipway::fabric
