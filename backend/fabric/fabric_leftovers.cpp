// What services, deployments and packages leave behind in the data folder goes to the trash when
// the store has their deletion; and at the start, and now and then, what an earlier life could not
// finish.
#include "backend/fabric/fabric_shell.h"

#include <set>
#include <spdlog/spdlog.h>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kDeploymentIdLength = 32;

// In the folder of logs lie those of the hosts, too.
bool isDeploymentId(const std::string &name)
{
    return name.size() == kDeploymentIdLength &&
           name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

} // namespace

// Only after the commit that forgets them.
void FabricShell::followChanges(const std::vector<v1::Change> &changes)
{
    std::vector<std::string> deployments;
    for (const v1::Change &change : changes) {
        const v1::Removed &removed = change.removed();
        if (change.has_package())
            m_worker->run(
                [this, digest = change.package().digest()] { m_packages.registered(digest); });
        if (removed.kind() == v1::Removed::DEPLOYMENT)
            deployments.push_back(removed.id());
        if (removed.kind() == v1::Removed::PACKAGE) {
            ++m_removals;
            throwPackageAway(removed.id());
        }
    }
    forgetDeployments(deployments);
}

// The store's own word, or nothing: what it never deleted is left alone, whatever it looks like.
std::optional<std::string> FabricShell::wordOfDeletion(v1::Removed::Kind kind,
                                                       const std::string &id) const
{
    const auto revision = m_opened.store->deletedAt(kind, id);
    if (!revision)
        spdlog::warn("{}", revision.error().message());
    if (!revision || !revision->has_value())
        return std::nullopt;
    return (kind == v1::Removed::PACKAGE ? "The package " : "The deployment ") + id +
           " was deleted at revision " + std::to_string(**revision) + ".";
}

void FabricShell::throwPackageAway(const std::string &digest)
{
    const auto word = wordOfDeletion(v1::Removed::PACKAGE, digest);
    if (!word)
        return;
    m_worker->run([this, digest, why = *word] {
        if (const auto gone = m_packages.remove(digest, why); !gone)
            spdlog::warn("{}", gone.error().message());
    });
}

// Those that the store says were deleted; of others not even a sample goes. Their timeline stays:
// Activity tells of them. Their hosts threw the disks away; those of a host that was dead just then
// are still there.
void FabricShell::forgetDeployments(const std::vector<std::string> &ids)
{
    std::vector<std::string> gone;
    for (const std::string &id : ids) {
        const auto word = isDeploymentId(id) // never a path made of something else
                              ? wordOfDeletion(v1::Removed::DEPLOYMENT, id)
                              : std::nullopt;
        if (!word)
            continue;
        gone.push_back(id);
        m_metrics.forget(id);
        throwRestAway(id, *word);
    }
    if (const auto forgotten = m_opened.store->forgetMetrics(gone); !forgotten)
        spdlog::warn("{}", forgotten.error().message());
}

void FabricShell::throwRestAway(const std::string &deployment_id, const std::string &why)
{
    m_worker->run([this, deployment_id, places = diskPlaces(), why] {
        const fs::path logs = m_options.paths.logs() / deployment_id;
        if (const auto gone = m_keeping.trash().take(logs, "logs", why, m_keeping.nowMs()); !gone)
            spdlog::warn("{}", gone.error().message());
        for (const sys::Paths &place : places)
            if (const auto gone =
                    sys::diskTrash(place).takeDisk(place.disks() / deployment_id, why);
                !gone)
                spdlog::warn("{}", gone.error().message());
    });
}

// The data folder, and where confined instances have their disks.
std::vector<sys::Paths> FabricShell::diskPlaces() const
{
    std::vector<sys::Paths> places{m_options.paths};
    for (const fs::path &guests : sys::guestPlaces(m_options.paths, fabricId())) {
        places.push_back(m_options.paths);
        places.back().guests = guests;
    }
    return places;
}

// Packages that were deleted while nobody could follow, or that were never acknowledged.
void FabricShell::removeOrphans()
{
    for (const v1::Package &package : m_packages.list()) {
        const std::string &digest = package.digest();
        if (m_machine.state().packages.contains(digest)) {
            m_packages.registered(digest);
        } else if (wordOfDeletion(v1::Removed::PACKAGE, digest)) {
            throwPackageAway(digest);
        } else if (m_packages.isUnregistered(digest)) {
            if (const auto gone = m_packages.remove(digest, "It was never registered."); !gone)
                spdlog::warn("{}", gone.error().message());
        } else {
            spdlog::warn("The package {} lies in {}, but the store does not know it. It is left "
                         "alone; upload the same file to use it again.",
                         digest, m_options.paths.packages().string());
        }
    }
}

// A host may write a last line after its deployment was forgotten, or have been dead just then.
void FabricShell::removeLeftovers()
{
    std::vector<fs::path> folders{m_options.paths.logs()};
    for (const sys::Paths &place : diskPlaces())
        folders.push_back(place.disks());
    std::set<std::string> names;
    std::error_code ignored;
    for (const fs::path &folder : folders)
        for (const auto &entry : fs::directory_iterator(folder, ignored))
            if (!m_machine.state().deployments.contains(entry.path().filename().string()))
                names.insert(entry.path().filename().string());
    forgetDeployments({names.begin(), names.end()});
}

} // namespace slipway::fabric
