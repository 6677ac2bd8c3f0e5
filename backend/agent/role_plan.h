// What an order means for this instance: which program, which sites, which endpoints on which
// ports.
#pragma once

#include "backend/agent/nginx_config.h"
#include "backend/agent/program_finder.h"
#include "backend/agent/role_environment.h"

#include <functional>
#include <optional>

namespace slipway::agent
{

// Decides where the programs bind. Isolated: the definition's ports, 20000 + index for dynamic
// ones. Without isolation several instances share the machine's loopback: any free ports.
struct PortChoice {
    LocalPorts endpoints;
    std::uint32_t web_program = 0; // behind nginx
    std::uint32_t web_joint = 0;   // between both: leaves interim answers out
};
PortChoice choosePorts(const v1::RoleDefinition &role, bool isolated,
                       const std::function<std::uint32_t()> &free_port);

struct JoinedEndpoint {
    std::string name;
    std::uint32_t port = 0; // of the program
};

struct RolePlan {
    std::string problem; // why it cannot start, and what to do; empty: it can
    std::string problem_code;
    std::vector<std::string> warnings;
    std::optional<NginxSettings> web_server; // its sockets' addresses are not known yet
    std::optional<Launch> program;
    std::uint32_t web_port = 0;         // of a web role's program
    std::vector<JoinedEndpoint> joined; // the agent joins socket and port
    std::vector<std::string> by_nginx;  // endpoints: nginx listens itself
};

// Reads the role's content (web.config, programs), never writes.
class RolePlanner
{
public:
    RolePlanner(const v1::InstanceOrder &order, const AgentOptions &options,
                const PortChoice &ports, const RoleEnvironment &environment,
                const ProgramFinder &finder);
    RolePlan plan() const;

private:
    void planWeb(RolePlan &plan) const;
    void planWorker(RolePlan &plan) const;
    void planProgram(RolePlan &plan, const std::string &command_line) const;
    void planSites(RolePlan &plan) const;
    void spareWebServer(RolePlan &plan) const;
    void planSite(RolePlan &plan, const v1::Site &site, int index) const;
    void takeHostName(RolePlan &plan, NginxSite &result, const std::string &name) const;
    void addAliases(RolePlan &plan, NginxSite &result, const v1::Site &site) const;
    bool planNode(RolePlan &plan, NginxSite &site, const std::string &node_path) const;
    void sortEndpoints(RolePlan &plan) const;
    std::filesystem::path siteRoot(const v1::Site &site, int index) const;
    bool isBound(const v1::Site &site, const v1::Endpoint &endpoint) const;

    const v1::InstanceOrder &m_order;
    const v1::RoleDefinition &m_role;
    const AgentOptions &m_options;
    const PortChoice &m_ports;
    const RoleEnvironment &m_environment;
    const ProgramFinder &m_finder;
};

// Where relative command lines are looked for.
std::vector<std::filesystem::path> programBases(const v1::RoleDefinition &role,
                                                const std::filesystem::path &role_folder);

} // namespace slipway::agent
