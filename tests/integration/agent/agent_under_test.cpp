// `slipwayd agent` without the other daemons: deployment, instance, host socket, own, mesh, role,
// local, and "isolated" when it runs in namespaces of its own.
#include "backend/agent/agent.h"

#include <cstring>

int main(int argc, char **argv)
{
    if (argc != 8 && argc != 9)
        return 2;
    slipway::agent::AgentOptions options;
    options.deployment_id = argv[1];
    options.instance = argv[2];
    options.generation = 1;
    options.host_socket = argv[3];
    options.own_folder = argv[4];
    options.mesh_folder = argv[5];
    options.role_folder = argv[6];
    options.local_folder = argv[7];
    options.isolated = argc == 9 && std::strcmp(argv[8], "isolated") == 0;
    return slipway::agent::runAgent(options);
}
