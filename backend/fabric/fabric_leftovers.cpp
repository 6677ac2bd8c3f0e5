// What services, deployments and packages leave behind in the data folder goes when they are gone
// for good; and at the start, and now and then, what an earlier life could not finish.
#include "backend/fabric/fabric_shell.h"

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
void FabricShell::followRemovals(const std::vector<v1::Change> &changes)
{
    for (const v1::Change &change : changes) {
        const v1::Removed &removed = change.removed();
        if (removed.kind() == v1::Removed::DEPLOYMENT)
            forgetDeployment(removed.id());
        if (removed.kind() != v1::Removed::PACKAGE)
            continue;
        ++m_removals;
        m_worker->run([this, digest = removed.id()] {
            if (const auto gone = m_packages.remove(digest); !gone)
                spdlog::warn("{}", gone.error().message());
        });
    }
}

// Its timeline stays: Activity tells of it for good.
void FabricShell::forgetDeployment(const std::string &id)
{
    if (!isDeploymentId(id))
        return; // never a path made of something else
    m_metrics.forget(id);
    if (const auto forgotten = m_opened.store->forgetMetrics(id); !forgotten)
        spdlog::warn("{}", forgotten.error().message());
    m_worker->run([folder = m_options.paths.logs() / id] {
        std::error_code error;
        fs::remove_all(folder, error);
        if (error)
            spdlog::warn("Cannot remove {}: {}", folder.string(), error.message());
    });
}

// Packages whose registration was never acknowledged.
void FabricShell::removeOrphans()
{
    for (const v1::Package &package : m_packages.list())
        if (!m_machine.state().packages.contains(package.digest()))
            if (const auto removed = m_packages.remove(package.digest()); !removed)
                spdlog::warn("{}", removed.error().message());
}

// A host may write a last line after its deployment was forgotten.
void FabricShell::removeOldLogs()
{
    std::error_code ignored;
    for (const auto &entry : fs::directory_iterator(m_options.paths.logs(), ignored)) {
        const std::string name = entry.path().filename().string();
        if (!m_machine.state().deployments.contains(name))
            forgetDeployment(name);
    }
}

} // namespace slipway::fabric
