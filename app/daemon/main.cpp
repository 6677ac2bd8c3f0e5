// slipwayd: the fabric without a window, and the daemons that it starts for itself.
#include "app/daemon/fabric_command.h"
#include "backend/agent/agent.h"
#include "backend/agent/trial.h"
#include "backend/edge/edge.h"
#include "backend/host/host.h"
#include "backend/host/outside_access.h"
#include "backend/sys/end_signals.h"
#include "backend/sys/log_lines.h"

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>

using namespace slipway;

namespace
{

void addFabric(CLI::App &app, FabricCommandOptions &options)
{
    CLI::App *command = app.add_subcommand("fabric", "The controller, in the foreground");
    command->add_option("--data", options.data, "Folder of its store, packages, disks and logs");
    command->add_option("--socket", options.socket, "Unix socket, in a folder of its own");
    command->add_option("--hosts", options.hosts, "Number of physical servers (first: 6)")
        ->check(CLI::Range(1, 1000));
    command->add_option("--fault-domains", options.fault_domains, "First: 2")
        ->check(CLI::Range(1, 1000));
    command->add_flag("--accept-no-isolation", options.accept_no_isolation,
                      "Programs may run with no isolation where the machine gives none: they can "
                      "then read and change all that is open to the machine's users");
    command->add_option("--engine", options.engine, "\"local\", or \"none\" to run nothing")
        ->check(CLI::IsMember({"local", "none"}));
    command->add_option("--tcp-port", options.tcp_port, "Answer on 127.0.0.1:<port> too");
    command->add_flag("--first-start", options.first_start,
                      "Begin a new fabric although an earlier one's things lie in the folder");
    command->add_flag("--keep-services", options.keep_services,
                      "At the end leave hosts, instances and the edge running");
    command->callback([&options] { throw CLI::RuntimeError(runFabricCommand(options)); });
}

void addHost(CLI::App &app, host::HostOptions &options)
{
    CLI::App *command = app.add_subcommand("host", "One physical server (started by the fabric)");
    command->add_option("--id", options.host_id)->required();
    command->add_option("--fabric-id", options.fabric_id)->required();
    command->add_option("--data", options.paths.data)->required();
    command->add_option("--runtime", options.paths.runtime)->required();
    command->add_option("--floor", options.floor);
    command->add_flag("--accept-no-isolation", options.accept_no_isolation);
    command->callback([&options] {
        options.agent_program = sys::programFolder() / "slipwayd";
        options.outside_program = host::outsideProgram();
        throw CLI::RuntimeError(host::runHost(options));
    });
}

void addAgent(CLI::App &app, agent::AgentOptions &options)
{
    CLI::App *command =
        app.add_subcommand("agent", "First process inside an instance (started by a host)");
    CLI::Option *trial = command->add_flag("--try")->description(
        "Only try out what an instance needs (a host's own test)");
    command->add_option("--deployment", options.deployment_id);
    command->add_option("--instance", options.instance);
    command->add_option("--generation", options.generation);
    command->add_option("--channel", options.channel, "Descriptor that leads to its host");
    command->add_option("--mesh", options.mesh_folder);
    command->add_option("--role", options.role_folder);
    command->add_option("--local", options.local_folder);
    command->add_flag("!--not-isolated", options.isolated);
    command->add_flag("--confined", options.confined);
    command->callback([&options, trial] {
        throw CLI::RuntimeError(*trial ? agent::tryInstance(options) : agent::runAgent(options));
    });
}

void addEdge(CLI::App &app, edge::EdgeOptions &options)
{
    CLI::App *command =
        app.add_subcommand("edge", "Keeper of the load balancer (started by the fabric)");
    command->add_option("--fabric-id", options.fabric_id)->required();
    command->add_option("--data", options.paths.data)->required();
    command->add_option("--runtime", options.paths.runtime)->required();
    command->add_option("--listening", options.listening);
    command->callback([&options] { throw CLI::RuntimeError(edge::runEdge(options)); });
}

} // namespace

int main(int argc, char **argv)
{
    sys::standStraySignals();
    spdlog::set_formatter(sys::oneLineFormatter());
    CLI::App app("The fabric of Slipway", "slipwayd");
    app.set_version_flag("--version", SLIPWAY_VERSION);
    app.require_subcommand(1);
    FabricCommandOptions fabric_options;
    host::HostOptions host_options;
    agent::AgentOptions agent_options;
    edge::EdgeOptions edge_options;
    addFabric(app, fabric_options);
    addHost(app, host_options);
    addAgent(app, agent_options);
    addEdge(app, edge_options);
    CLI11_PARSE(app, argc, argv);
    return 0;
}
