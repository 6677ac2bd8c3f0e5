// Commands and finished uploads on their way to the core.
#include "backend/fabric/fabric_shell.h"

#include "backend/packages/configuration_reader.h"
#include "backend/sys/child_process.h"
#include "backend/sys/random.h"

#include <map>
#include <spdlog/spdlog.h>

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

} // namespace

void FabricShell::admit(v1::Command command, Done<v1::CommandReply> done)
{
    m_passed(Station::Received);
    if (command.has_register_package())
        return done(failure(v1::Error::PERMISSION_DENIED, "COMMAND_INTERNAL",
                            "Packages are registered by uploading them."));
    const auto warnings = readConfiguration(command);
    if (!warnings)
        return done(Failure(warnings.error()));
    m_machine.execute(command, [done, warnings = *warnings](Result<v1::CommandReply> reply) {
        if (reply)
            for (const v1::Problem &problem : warnings)
                *reply->add_problems() = problem;
        done(std::move(reply));
    });
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

// Reading and unpacking takes its time: on the worker. A package that was deleted meanwhile may
// have been "there already" for it, so then it is read once more.
void FabricShell::storePackage(const CompleteUpload &upload, const std::string &upload_id,
                               const std::string &actor, Done<v1::UploadReply> done)
{
    const std::uint64_t removals = m_removals;
    m_worker->run([this, upload, upload_id, actor, done, removals] {
        auto package = m_packages.add(upload.file, upload.file_name, actor, m_clock.wallMs());
        asio::post(m_io, [this, upload, upload_id, actor, done, removals, package] {
            if (m_ending)
                return done(failure(v1::Error::UNAVAILABLE, "SHUTTING_DOWN",
                                    "The fabric is ending; upload again when it is back."));
            if (m_turn_scheduled)
                runTurn(); // what was asked for meanwhile is on the disk, a removal is known
            if (removals != m_removals)
                return storePackage(upload, upload_id, actor, done);
            m_uploads.remove(upload_id);
            if (!package)
                return done(Failure(package.error()));
            registerPackage(*package, upload_id, done);
        });
    });
}

void FabricShell::registerPackage(const v1::Package &package, const std::string &upload_id,
                                  Done<v1::UploadReply> done)
{
    if (m_machine.adrift())
        return done(Failure(m_machine.adriftCause()));
    const auto known = m_machine.state().packages.find(package.digest());
    if (known != m_machine.state().packages.end()) {
        v1::UploadReply reply;
        *reply.mutable_package() = known->second;
        reply.set_already_stored(true);
        return done(std::move(reply));
    }
    v1::Command command;
    // Never one used before: a package that was deleted and is sent again is registered again.
    command.set_request_id("upload-" + upload_id + "-" + sys::randomHex(16));
    command.set_actor(package.actor());
    *command.mutable_register_package() = package;
    m_machine.execute(command, [this, package, done](Result<v1::CommandReply> registered) {
        if (!registered)
            return done(Failure(registered.error()));
        v1::UploadReply reply;
        const auto stored = m_machine.state().packages.find(package.digest());
        *reply.mutable_package() =
            stored != m_machine.state().packages.end() ? stored->second : package;
        done(std::move(reply));
    });
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
    for (const auto &[id, host] : state.hosts)
        *status.add_hosts() = host;
    for (const v1::VmSize &size : core::vmSizes(state.settings))
        *status.add_sizes() = size;
    return status;
}

} // namespace slipway::fabric
