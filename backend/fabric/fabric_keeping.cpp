// What keeps the store: snapshots, backups, checks, and the end of the history.
#include "backend/fabric/fabric_shell.h"

#include "backend/fabric/data_check.h"
#include "backend/fabric/snapshots.h"
#include "backend/store/snapshot.h"
#include "backend/sys/file_identity.h"

#include <spdlog/spdlog.h>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

constexpr std::int64_t kTryAgain_ms = 5 * 60 * 1000;
constexpr std::int64_t kDay_ms = 24LL * 3600 * 1000;
constexpr int kForgetStep = 500;

Result<fs::path> backupFile(const sys::Paths &paths, const v1::BackupRequest &request,
                            std::int64_t now_ms)
{
    if (request.file().empty())
        return newSnapshotFile(paths, "manual", now_ms);
    if (fs::path(request.file()).is_absolute())
        return fs::path(request.file());
    return failure(v1::Error::INVALID_ARGUMENT, "BACKUP_PATH_RELATIVE",
                   "\"" + request.file() + "\" is no absolute path on the fabric's machine.",
                   request.file());
}

Result<std::uint64_t> saveOpen(store::Store &store, const fs::path &file)
{
    const auto copying = store.beginCopy(file);
    if (!copying)
        return Failure(copying.error());
    if (const auto copied = (*copying)->step(-1); !copied)
        return Failure(copied.error());
    return (*copying)->finish({});
}

} // namespace

void FabricShell::backup(v1::BackupRequest request, Done<v1::BackupReply> done)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    post([this, request = std::move(request), done] { copyTo(request, done); }, refuse);
}

// Beside the fabric's work; only from what is open when the file at the path is not ours any more.
void FabricShell::copyTo(const v1::BackupRequest &request, const Done<v1::BackupReply> &done)
{
    const auto file = backupFile(m_options.paths, request, m_clock.wallMs());
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
    if (!m_opened.store->stillOurs())
        return tell(saveOpen(*m_opened.store, *file));
    m_librarian->run([this, store = m_options.paths.storeFile(), file = *file, tell] {
        asio::post(m_io, [tell, size = store::copyStore(store, file)] { tell(size); });
    });
}

void FabricShell::checkStore(Done<v1::CheckStoreReply> done)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    post(
        [this, done] {
            m_librarian->run([this, done] {
                asio::post(m_io, [done, reply = checkData(m_options.paths, m_stop_reading)] {
                    done(reply);
                });
            });
        },
        refuse);
}

void FabricShell::takeSnapshotWhenDue()
{
    const std::int64_t now_ms = m_clock.wallMs();
    const bool changed = m_machine.state().revision != m_snapshot_revision;
    if (m_machine.adrift() || !changed || m_snapshot_runs || now_ms < m_next_snapshot_ms)
        return;
    const auto file = newSnapshotFile(m_options.paths, "hourly", now_ms);
    if (!file)
        return snapshotTaken(Failure(file.error()), 0);
    m_snapshot_runs = true;
    m_librarian->run([this, store = m_options.paths.storeFile(), file = *file,
                      revision = m_machine.state().revision,
                      kept = m_machine.state().settings.snapshots_kept()] {
        const auto size = store::copyStore(store, file);
        if (size)
            pruneSnapshots(m_options.paths, kept);
        asio::post(m_io, [this, size, revision] { snapshotTaken(size, revision); });
    });
}

void FabricShell::snapshotTaken(const Result<std::uint64_t> &size, std::uint64_t revision)
{
    const std::int64_t now_ms = m_clock.wallMs();
    m_snapshot_runs = false;
    m_next_snapshot_ms = now_ms + (size ? kSnapshotEvery_ms : kTryAgain_ms);
    if (size) {
        m_snapshot_revision = revision;
        m_snapshot_time_ms = now_ms;
        return;
    }
    spdlog::error("{}", size.error().message());
    v1::Observation observation;
    v1::Happening &happening = *observation.mutable_happening();
    happening.set_severity(v1::WARNING);
    happening.set_kind("SnapshotFailed");
    happening.set_message("No snapshot of the store could be made");
    happening.set_cause(size.error().message());
    happening.set_reaction("it is tried again in 5 minutes");
    observe(observation);
}

// A little at a time, so that nobody waits.
void FabricShell::forgetHistory()
{
    const v1::Settings &settings = m_machine.state().settings;
    const std::int64_t keep_from_ms =
        m_clock.wallMs() - std::int64_t(settings.history_days()) * kDay_ms;
    const auto more =
        m_opened.store->forgetHistory(keep_from_ms, settings.history_rows(), kForgetStep);
    if (!more)
        spdlog::error("{}", more.error().message());
    m_more_to_forget = more && *more;
}

void FabricShell::forgetRequests()
{
    if (m_machine.adrift())
        return;
    if (const auto forgotten = m_opened.store->forgetRequests(m_clock.wallMs()); !forgotten)
        spdlog::error("{}", forgotten.error().message());
}

std::uint64_t FabricShell::storeBytes() const
{
    std::uint64_t bytes = 0;
    for (const char *part : {"", "-wal"})
        if (const auto file = sys::identityOf(m_options.paths.storeFile().string() + part))
            bytes += file->size_bytes;
    return bytes;
}

} // namespace slipway::fabric
