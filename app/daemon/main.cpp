// slipwayd: the fabric without a window, and the daemons that it starts for itself.
#include "backend/agent/agent.h"
#include "backend/edge/edge.h"
#include "backend/host/host.h"

#include <CLI/CLI.hpp>

using namespace slipway;

namespace
{

void addHost(CLI::App &app, host::HostOptions &options)
{
    CLI::App *command = app.add_subcommand("host", "One physical server (started by the fabric)");
    command->add_option("--id", options.host_id)->required();
    command->add_option("--fabric-id", options.fabric_id)->required();
    command->add_option("--data", options.paths.data)->required();
    command->add_option("--runtime", options.paths.runtime)->required();
    command->callback([&options] {
        options.agent_program = sys::programFolder() / "slipwayd";
        throw CLI::RuntimeError(host::runHost(options));
    });
}

void addAgent(CLI::App &app, agent::AgentOptions &options)
{
    CLI::App *command =
        app.add_subcommand("agent", "First process inside an instance (started by a host)");
    command->add_option("--deployment", options.deployment_id)->required();
    command->add_option("--instance", options.instance)->required();
    command->add_option("--generation", options.generation)->required();
    command->add_option("--host-socket", options.host_socket);
    command->add_option("--own", options.own_folder);
    command->add_option("--mesh", options.mesh_folder);
    command->add_option("--role", options.role_folder);
    command->add_option("--local", options.local_folder);
    command->add_flag("!--not-isolated", options.isolated);
    command->callback([&options] { throw CLI::RuntimeError(agent::runAgent(options)); });
}

void addEdge(CLI::App &app, edge::EdgeOptions &options)
{
    CLI::App *command =
        app.add_subcommand("edge", "Keeper of the load balancer (started by the fabric)");
    command->add_option("--fabric-id", options.fabric_id)->required();
    command->add_option("--data", options.paths.data)->required();
    command->add_option("--runtime", options.paths.runtime)->required();
    command->callback([&options] { throw CLI::RuntimeError(edge::runEdge(options)); });
}

} // namespace

int main(int argc, char **argv)
{
    CLI::App app("The fabric of Slipway", "slipwayd");
    app.set_version_flag("--version", SLIPWAY_VERSION);
    app.require_subcommand(1);
    host::HostOptions host_options;
    agent::AgentOptions agent_options;
    edge::EdgeOptions edge_options;
    addHost(app, host_options);
    addAgent(app, agent_options);
    addEdge(app, edge_options);
    CLI11_PARSE(app, argc, argv);
    return 0;
}
