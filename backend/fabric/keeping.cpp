#include "backend/fabric/keeping.h"

#include "backend/fabric/data_check.h"
#include "backend/fabric/snapshots.h"
#include "backend/proto/happening.h"

#include <algorithm>
#include <asio/post.hpp>
#include <spdlog/spdlog.h>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *kTimeKey = "believed_time";
constexpr std::int64_t kTryAgain_ms = 5 * 60 * 1000;
constexpr std::int64_t kDay_ms = 24LL * 3600 * 1000;
constexpr int kForgetStep = 500;
constexpr int kCopyStep_pages = 1000; // 4 MB
constexpr std::uint64_t kGiB = 1ull << 30;
constexpr std::uint64_t kTrashBytesMax = 16 * kGiB;

std::string keptTime(store::Store &store)
{
    const auto kept = store.value(kTimeKey);
    return kept ? kept->value_or("") : "";
}

// So much, or a share of the whole on a small disk.
std::uint64_t freeBytesMin(const fs::path &folder, std::uint64_t bytes, std::uint64_t share)
{
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    return error ? 0 : std::min<std::uint64_t>(bytes, space.capacity / share);
}

// Disks may be large, and are made to be thrown away: they go earlier than what somebody uploaded.
sys::Trash::Content letGiveWay(const sys::Trash &trash, bool count, const sys::Trash::Used &used,
                               const std::atomic<bool> &stop)
{
    const std::uint64_t disks_min = freeBytesMin(trash.folder(), 10 * kGiB, 10);
    const std::uint64_t least = freeBytesMin(trash.folder(), kGiB, 20);
    sys::Trash::Content gone =
        trash.giveWay({.free_bytes_min = disks_min, .only = sys::kTrashDisk}, used, stop);
    const sys::Trash::Content more = trash.giveWay(
        {.bytes_max = count ? kTrashBytesMax : UINT64_MAX, .free_bytes_min = least}, used, stop);
    gone.things += more.things;
    gone.bytes += more.bytes;
    return gone;
}

// Whoever backs something up wants it elsewhere; what lies among the fabric's own files may be
// taken for one of them, and thrown away.
bool isInside(const fs::path &file, const fs::path &folder)
{
    std::error_code error;
    const fs::path inner = fs::weakly_canonical(file.parent_path(), error);
    const fs::path outer = fs::weakly_canonical(folder, error);
    const auto [end, rest] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
    return end == outer.end();
}

Result<fs::path> backupFile(const sys::Paths &paths, const v1::BackupRequest &request,
                            std::int64_t now_ms)
{
    const fs::path file = request.file();
    if (file.empty())
        return newSnapshotFile(paths, "manual", now_ms);
    if (!file.is_absolute())
        return failure(v1::Error::INVALID_ARGUMENT, "BACKUP_PATH_RELATIVE",
                       "\"" + request.file() + "\" is no absolute path on the fabric's machine.",
                       request.file());
    if (isInside(file, paths.data))
        return failure(v1::Error::INVALID_ARGUMENT, "BACKUP_PATH_INSIDE",
                       file.string() + " lies in the fabric's own data folder. Name a file "
                                       "elsewhere; or none, and it comes among the snapshots.",
                       file.string());
    return file;
}

} // namespace

Keeping::Keeping(asio::io_context &io, const sys::Paths &paths, const sys::Clock &clock,
                 store::Store &store, Tell tell)
    : m_io(io), m_paths(paths), m_clock(clock), m_store(store), m_tell(std::move(tell)),
      m_time(clock, keptTime(store)), m_trash(paths.trash())
{
}

void Keeping::begin(const Facts &facts, bool first_start)
{
    m_snapshot_time_ms = newestSnapshotTime(m_paths);
    const std::int64_t age_ms = nowMs() - m_snapshot_time_ms;
    const bool due = age_ms < 0 || age_ms >= kSnapshotEvery_ms;
    m_next_snapshot_ms = m_clock.steadyMs() + (due ? 0 : kSnapshotEvery_ms - age_ms);
    if (!first_start)
        everyHour(facts);
}

void Keeping::everyMinute(const Facts &facts)
{
    m_time.look();
    takeSnapshotWhenDue(facts);
    tendTrash(facts, false);
    if (facts.adrift)
        return;
    if (const auto forgotten = m_store.forgetRequests(nowMs()); !forgotten)
        spdlog::error("{}", forgotten.error().message());
}

void Keeping::everyHour(const Facts &facts)
{
    tendTrash(facts, true);
    keepTime();
}

// What cannot be written now is written in an hour.
void Keeping::keepTime()
{
    if (const auto kept = m_store.setValue(kTimeKey, m_time.kept()); !kept)
        spdlog::debug("{}", kept.error().message());
}

// Its file was taken away while the fabric ran: with this process goes the last of what it
// acknowledged.
void Keeping::saveWhatIsOpen()
{
    if (m_store.stillOurs())
        return;
    const auto file = newSnapshotFile(m_paths, "saved-at-the-end", nowMs());
    if (!file)
        return spdlog::error("{}", file.error().message());
    auto copying = m_store.beginCopy(*file);
    const auto whole = copying ? (*copying)->step(-1) : Result<bool>(Failure(copying.error()));
    const auto size =
        whole ? (*copying)->finish({}) : Result<std::uint64_t>(Failure(whole.error()));
    if (size)
        spdlog::warn("The store's file was gone; what the fabric still held is saved in {}. Put it "
                     "back with \"slipwayctl fabric restore {}\".",
                     file->string(), file->string());
    else
        spdlog::error("The store's file was gone, and nothing could be saved of it: {}",
                      size.error().message());
}

void Keeping::end()
{
    m_saving.reset();
    saveWhatIsOpen();
    keepTime();
    m_stop = true;
    m_librarian.stop();
    m_archivist.stop();
}

// Beside the fabric's work; only from what is open when the file at the path is not ours any more.
void Keeping::backup(const v1::BackupRequest &request, const Facts &facts,
                     const Done<v1::BackupReply> &done)
{
    const auto file = backupFile(m_paths, request, nowMs());
    if (!file)
        return done(Failure(file.error()));
    const auto tell = [done, file = *file](const Result<std::uint64_t> &size) {
        if (!size)
            return done(Failure(size.error()));
        v1::BackupReply reply;
        reply.set_file(file.string());
        reply.set_size_bytes(*size);
        done(reply);
    };
    if (!m_store.stillOurs())
        return saveOpen(*file, tell);
    const store::Expected expected{facts.settings.fabric_id(), facts.revision};
    m_librarian.run([this, store = m_paths.storeFile(), file = *file, expected, tell] {
        asio::post(m_io, [tell, size = store::copyStore(store, file, expected)] { tell(size); });
    });
}

// A little at a time, for it is read where everything else is decided.
void Keeping::saveOpen(const fs::path &file, const Done<std::uint64_t> &done)
{
    if (m_saving)
        return done(failure(v1::Error::ABORTED, "BACKUP_RUNS",
                            "The store is being saved already; wait for its end.", file.string()));
    auto copying = m_store.beginCopy(file);
    if (!copying)
        return done(Failure(copying.error()));
    m_saving = std::move(*copying);
    saveMore(done);
}

void Keeping::saveMore(const Done<std::uint64_t> &done)
{
    if (!m_saving)
        return; // the end has taken it away
    const auto more = m_saving->step(kCopyStep_pages);
    if (more && *more)
        return asio::post(m_io, [this, done] { saveMore(done); });
    const std::shared_ptr<store::Copying> saved = std::move(m_saving);
    if (!more)
        return done(Failure(more.error()));
    m_librarian.run([this, saved, done] {
        asio::post(m_io, [done, size = saved->finish({})] { done(size); });
    });
}

void Keeping::check(const Done<v1::CheckStoreReply> &done)
{
    m_check_askers.push_back(done);
    if (m_check_askers.size() > 1)
        return;
    m_librarian.run([this] {
        asio::post(m_io, [this, reply = checkData(m_paths, m_stop)] {
            for (const auto &asker : std::exchange(m_check_askers, {}))
                asker(reply);
        });
    });
}

void Keeping::takeSnapshotWhenDue(const Facts &facts)
{
    const bool changed = facts.revision != m_snapshot_revision;
    if (facts.adrift || !changed || m_snapshot_runs || m_clock.steadyMs() < m_next_snapshot_ms)
        return;
    const auto file = newSnapshotFile(m_paths, "hourly", nowMs());
    if (!file)
        return snapshotTaken(Failure(file.error()), 0);
    m_snapshot_runs = true;
    const store::Expected expected{facts.settings.fabric_id(), facts.revision};
    m_archivist.run([this, store = m_paths.storeFile(), file = *file, expected,
                     kept = facts.settings.snapshots_kept()] {
        const auto size = store::copyStore(store, file, expected);
        if (size)
            pruneSnapshots(m_paths, kept);
        asio::post(m_io,
                   [this, size, revision = expected.revision] { snapshotTaken(size, revision); });
    });
}

void Keeping::snapshotTaken(const Result<std::uint64_t> &size, std::uint64_t revision)
{
    m_snapshot_runs = false;
    m_next_snapshot_ms = m_clock.steadyMs() + (size ? kSnapshotEvery_ms : kTryAgain_ms);
    if (size) {
        m_snapshot_revision = revision;
        m_snapshot_time_ms = nowMs();
        return;
    }
    spdlog::error("{}", size.error().message());
    m_tell(makeHappening(v1::WARNING, "SnapshotFailed", "No snapshot of the store could be made",
                         size.error().message(), "it is tried again in 5 minutes"));
}

void Keeping::makeRoom(std::uint64_t free_bytes, const Facts &facts, std::function<void()> then)
{
    m_archivist.run([this, free_bytes, used = facts.used, then = std::move(then)] {
        const auto gone = m_trash.giveWay({.free_bytes_min = free_bytes}, used, m_stop);
        asio::post(m_io, [this, gone, then] {
            tellGone(m_trash.folder(), gone);
            then();
        });
    });
}

// The data folder's own, and those beside the disks of confined instances.
void Keeping::tendTrash(const Facts &facts, bool expire)
{
    m_archivist.run([this, now_ms = nowMs(), used = facts.used, expire,
                     fabric_id = facts.settings.fabric_id()] {
        for (const sys::Trash &trash : sys::allTrash(m_paths, fabric_id)) {
            trash.stamp(now_ms);
            if (expire)
                trash.expire(now_ms, used);
            asio::post(
                m_io, [this, folder = trash.folder(),
                       gone = letGiveWay(trash, expire, used, m_stop)] { tellGone(folder, gone); });
        }
    });
}

void Keeping::tellGone(const fs::path &trash, const sys::Trash::Content &gone)
{
    if (gone.things == 0)
        return;
    m_tell(makeHappening(
        v1::WARNING, "TrashGaveWay",
        std::to_string(gone.things) + " deleted things, " + std::to_string(gone.bytes) +
            " bytes in all, were removed for good before their 7 days were over",
        "the disk of " + trash.string() + " is nearly full, or the trash had become too large",
        {}));
}

// A little at a time, so that nobody waits.
bool Keeping::forgetHistory(const v1::Settings &settings)
{
    const std::int64_t keep_from_ms = nowMs() - std::int64_t(settings.history_days()) * kDay_ms;
    const auto more = m_store.forgetHistory(keep_from_ms, settings.history_rows(), kForgetStep);
    if (!more)
        spdlog::error("{}", more.error().message());
    return more && *more;
}

} // namespace slipway::fabric
