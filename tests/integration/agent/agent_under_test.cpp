// `slipwayd agent` without the other daemons: deployment, instance, the channel's descriptor, mesh,
// role, local, and "isolated" when it runs in namespaces of its own.
#include "backend/agent/agent.h"

#include <cstdlib>
#include <cstring>

int main(int argc, char **argv)
{
    if (argc != 7 && argc != 8)
        return 2;
    slipway::agent::AgentOptions options;
    options.deployment_id = argv[1];
    options.instance = argv[2];
    options.generation = 1;
    options.channel = std::atoi(argv[3]);
    options.mesh_folder = argv[4];
    options.role_folder = argv[5];
    options.local_folder = argv[6];
    options.isolated = argc == 8 && std::strcmp(argv[7], "isolated") == 0;
    return slipway::agent::runAgent(options);
}
