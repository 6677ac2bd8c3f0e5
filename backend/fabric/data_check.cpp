#include "backend/fabric/data_check.h"

#include "backend/core/references.h"
#include "backend/fabric/data_folder.h"
#include "backend/fabric/machine.h"
#include "backend/fabric/snapshots.h"
#include "backend/packages/package_store.h"
#include "backend/store/snapshot.h"
#include "backend/sys/trash.h"

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

class Findings
{
public:
    explicit Findings(v1::CheckStoreReply &reply) : m_reply(reply) {}

    void add(v1::Severity severity, const std::string &rule, const fs::path &file,
             const std::string &message, const std::string &hint)
    {
        v1::Problem &problem = *m_reply.add_problems();
        problem.set_severity(severity);
        problem.set_rule(rule);
        problem.set_file(file.string());
        problem.set_message(message);
        problem.set_hint(hint);
    }

private:
    v1::CheckStoreReply &m_reply;
};

void checkPackages(const sys::Paths &paths, const core::State &state, const std::atomic<bool> &stop,
                   v1::CheckStoreReply &reply)
{
    Findings findings(reply);
    const packages::PackageStore store(
        paths.packages(), {}, [](const fs::path &, const std::string &) { return Result<void>(); });
    for (const auto &[digest, package] : state.packages) {
        const auto verified = store.verify(digest, [&stop] { return stop.load(); });
        if (stop)
            return;
        if (verified)
            reply.set_content_bytes(reply.content_bytes() + *verified);
        else
            findings.add(verified.error().reason() == "PACKAGE_UNPROVEN" ? v1::INFO : v1::ERROR,
                         verified.error().reason(), paths.packages(), verified.error().message(),
                         "Upload " + package.file_name() + " again.");
    }
    for (const v1::Package &package : store.list())
        if (!state.packages.contains(package.digest()))
            findings.add(v1::WARNING, "PACKAGE_UNKNOWN",
                         paths.packages() / package.digest().substr(package.digest().find(':') + 1),
                         "This package is not in the store; it is left alone.",
                         "Upload " + package.file_name() +
                             " again to use it, or move its folder away.");
}

// Folders that bear the name of a deployment.
void checkFolders(const fs::path &folder, const core::State &state, Findings &findings)
{
    static constexpr std::size_t kIdLength = 32;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.size() == kIdLength && !state.deployments.contains(name))
            findings.add(v1::INFO, "DEPLOYMENT_UNKNOWN", entry.path(),
                         "It belongs to a deployment that is not in the store; it is left alone.",
                         "Move it away when nobody needs it.");
    }
}

void checkSurroundings(const sys::Paths &paths, const std::string &fabric_id, Findings &findings)
{
    if (const auto fits = checkFabricId(paths, fabric_id); !fits)
        findings.add(v1::ERROR, fits.error().reason(), paths.fabricIdFile(), fits.error().message(),
                     "Put the right store back.");
    sys::Trash::Content trash;
    const std::atomic<bool> never = false;
    for (const sys::Trash &one : sys::allTrash(paths, fabric_id)) {
        const sys::Trash::Content content = one.content(never);
        trash.things += content.things;
        trash.bytes += content.bytes;
    }
    if (trash.things > 0)
        findings.add(v1::INFO, "TRASH", paths.trash(),
                     std::to_string(trash.things) + " deleted things, " +
                         std::to_string(trash.bytes) + " bytes in all, wait for their end.",
                     "Each goes after 7 days; its why.txt says how to have it again.");
    if (!newestSnapshot(paths))
        findings.add(v1::INFO, "NO_SNAPSHOT", paths.snapshots(), "There is no snapshot yet.",
                     "One is made every hour while the fabric runs, or with \"slipwayctl fabric "
                     "backup\".");
}

} // namespace

Result<v1::CheckStoreReply> checkData(const sys::Paths &paths, const std::atomic<bool> &stop)
{
    const auto examined = store::examineStore(paths.storeFile());
    if (!examined)
        return Failure(examined.error());
    v1::CheckStoreReply reply;
    reply.set_rows(examined->rows);
    reply.mutable_problems()->Assign(examined->problems.begin(), examined->problems.end());
    Findings findings(reply);
    const core::State state = stateFrom(examined->loaded);
    for (const std::string &broken : core::brokenReferences(state))
        findings.add(v1::ERROR, "REFERENCE_DANGLING", paths.storeFile(),
                     "A row of the store leads nowhere: " + broken + ".",
                     "Put a snapshot back with \"slipwayctl fabric restore\".");
    checkPackages(paths, state, stop, reply);
    if (stop)
        return failure(v1::Error::CANCELLED, "CHECK_STOPPED", "The check was called off.");
    checkFolders(paths.logs(), state, findings);
    checkFolders(paths.disks(), state, findings);
    for (const fs::path &guests : sys::guestPlaces(paths, examined->fabric_id))
        checkFolders(guests / "disks", state, findings);
    checkSurroundings(paths, examined->fabric_id, findings);
    return reply;
}

} // namespace slipway::fabric
