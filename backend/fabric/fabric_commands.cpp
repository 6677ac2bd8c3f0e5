// Commands on their way to the core.
#include "backend/fabric/fabric_shell.h"

#include "backend/core/limits.h"
#include "backend/packages/configuration_reader.h"
#include "backend/sys/child_process.h"
#include "backend/sys/file_identity.h"

#include <map>

namespace slipway::fabric
{

namespace
{

std::string isolationOf(const core::State &state)
{
    std::map<std::string, int> hosts_with;
    for (const auto &[id, host] : state.hosts)
        if (!host.isolation().empty() && host.unfit_reason().empty())
            ++hosts_with[host.isolation()];
    if (hosts_with.size() == 1)
        return hosts_with.begin()->first;
    std::string summary;
    for (const auto &[level, count] : hosts_with)
        summary += (summary.empty() ? "" : ", ") + std::to_string(count) + " hosts " + level;
    return summary;
}

// They stand on one machine: what would raise one raises all, and the worst-off says most.
std::string isolationAdviceOf(const core::State &state)
{
    for (const auto &[id, host] : state.hosts)
        if (!host.unfit_reason().empty())
            return id + " takes no instances: " + host.unfit_reason();
    for (const auto &[id, host] : state.hosts)
        if (!host.isolation_advice().empty())
            return host.isolation_advice();
    return {};
}

std::uint64_t bytesOfStore(const sys::Paths &paths)
{
    std::uint64_t bytes = 0;
    for (const char *part : {"", "-wal"})
        if (const auto file = sys::identityOf(paths.storeFile().string() + part))
            bytes += file->size_bytes;
    return bytes;
}

} // namespace

void FabricShell::admit(v1::Command command, Done<v1::CommandReply> done)
{
    m_passed(Station::Received);
    if (command.has_register_package())
        return done(failure(v1::Error::PERMISSION_DENIED, "COMMAND_INTERNAL",
                            "Packages are registered by uploading them."));
    if (const auto refused = core::refuseSizes(command))
        return done(Failure(*refused));
    Request request{{}, requestDigest(command), {}};
    request.command.set_request_id(command.request_id());
    if (m_machine.answerAgain(request, done))
        return; // before the world is asked, which may have moved on
    auto warnings = readConfiguration(command);
    if (!warnings)
        return done(Failure(warnings.error()));
    request.command = std::move(command);
    request.warnings = std::move(*warnings);
    m_machine.execute(request, done);
}

// The core sees configurations, never their text.
Result<std::vector<v1::Problem>> FabricShell::readConfiguration(v1::Command &command) const
{
    if (!command.has_deploy() || command.deploy().configuration_xml().empty())
        return std::vector<v1::Problem>();
    v1::Deploy &deploy = *command.mutable_deploy();
    const auto &known = m_machine.state().packages;
    const auto package = known.find(deploy.package_digest());
    if (package == known.end())
        return std::vector<v1::Problem>(); // the core says so
    const std::string name = deploy.configuration_name().empty() ? "ServiceConfiguration.cscfg"
                                                                 : deploy.configuration_name();
    auto checked = packages::checkConfiguration(package->second.definition(),
                                                deploy.configuration_xml(), name);
    if (!checked)
        return Failure(checked.error());
    *deploy.mutable_configuration() = std::move(checked->configuration);
    deploy.clear_configuration_xml();
    return std::move(checked->warnings);
}

v1::FabricStatus FabricShell::describe() const
{
    const core::State &state = m_machine.state();
    v1::FabricStatus status;
    status.set_version(SLIPWAY_VERSION);
    status.set_fabric_id(state.settings.fabric_id());
    status.set_controller_pid(sys::processId());
    status.set_edge_pid(m_edge->pid());
    status.set_haproxy_pid(m_edge->haproxyPid());
    status.set_edge_problem(m_edge->problem());
    status.set_socket(m_options.socket.string());
    status.set_data_dir(m_options.paths.data.string());
    status.set_start_time_ms(m_start_time_ms);
    status.set_revision(state.revision);
    status.set_edge_revision(m_dispatcher->confirmedRevision());
    status.set_engine(m_engine_name);
    status.set_isolation(isolationOf(state));
    status.set_isolation_advice(isolationAdviceOf(state));
    status.set_embedded(m_options.embedded);
    status.set_store_bytes(bytesOfStore(m_options.paths));
    status.set_snapshot_time_ms(m_keeping.snapshotTimeMs());
    for (const auto &[id, host] : state.hosts)
        *status.add_hosts() = host;
    for (const v1::VmSize &size : core::vmSizes(state.settings))
        *status.add_sizes() = size;
    return status;
}

} // namespace slipway::fabric
