#include "backend/agent/role_plan.h"

#include "backend/agent/identities.h"
#include "backend/agent/processes.h"
#include "backend/agent/web_config.h"
#include "backend/sys/paths.h"
#include "backend/sys/text.h"

#include <algorithm>

namespace slipway::agent
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint32_t kDynamicPortBase = 20'000;
constexpr std::uint32_t kWebProgramPort = 20'080;
constexpr std::uint32_t kConnectionsMax = 4096;

bool isWebEndpoint(const v1::RoleDefinition &role, const v1::Endpoint &endpoint)
{
    return role.kind() == v1::RoleDefinition::WEB && endpoint.kind() == v1::Endpoint::INPUT &&
           (endpoint.protocol() == v1::HTTP || endpoint.protocol() == v1::HTTPS);
}

std::uint32_t definedPort(const v1::Endpoint &endpoint, std::uint32_t index)
{
    if (endpoint.local_port() != 0)
        return endpoint.local_port();
    if (endpoint.kind() == v1::Endpoint::INTERNAL && endpoint.port() != 0)
        return endpoint.port();
    if (endpoint.kind() == v1::Endpoint::INTERNAL && endpoint.port_min() != 0)
        return endpoint.port_min();
    return kDynamicPortBase + index;
}

bool isTaken(const LocalPorts &ports, std::uint32_t port)
{
    return std::any_of(ports.begin(), ports.end(),
                       [port](const auto &entry) { return entry.second == port; });
}

void refuse(RolePlan &plan, const std::string &code, const std::string &problem)
{
    if (!plan.problem.empty())
        return;
    plan.problem_code = code;
    plan.problem = problem;
}

std::vector<std::string> usualDocuments()
{
    return {"index.html",   "index.htm",   "default.html", "default.htm",
            "Default.html", "Default.htm", "Index.html",   "iisstart.htm"};
}

// nginx takes others for patterns.
bool isHostName(std::string_view text)
{
    if (text.starts_with("*."))
        text.remove_prefix(1);
    return nginxWord(text) && std::all_of(text.begin(), text.end(), [](unsigned char letter) {
               return std::isalnum(letter) ||
                      std::string_view("-._").find(char(letter)) != std::string_view::npos;
           });
}

} // namespace

PortChoice choosePorts(const v1::RoleDefinition &role, bool isolated,
                       const std::function<std::uint32_t()> &free_port)
{
    PortChoice choice;
    std::uint32_t index = 0;
    for (const v1::Endpoint &endpoint : role.endpoints()) {
        if (isStream(endpoint.protocol()))
            choice.endpoints[endpoint.name()] =
                isolated ? definedPort(endpoint, index) : free_port();
        ++index;
    }
    choice.web_program = isolated ? kWebProgramPort : free_port();
    while (isolated && isTaken(choice.endpoints, choice.web_program))
        ++choice.web_program;
    choice.web_joint = isolated ? choice.web_program + 1 : free_port();
    while (isolated && isTaken(choice.endpoints, choice.web_joint))
        ++choice.web_joint;
    return choice;
}

std::vector<fs::path> programBases(const v1::RoleDefinition &role, const fs::path &role_folder)
{
    const fs::path approot = role_folder / "approot";
    if (role.kind() == v1::RoleDefinition::WEB)
        return {approot / "bin", approot};
    return {approot};
}

RolePlanner::RolePlanner(const v1::InstanceOrder &order, const AgentOptions &options,
                         const PortChoice &ports, const RoleEnvironment &environment,
                         const ProgramFinder &finder)
    : m_order(order), m_role(order.role()), m_options(options), m_ports(ports),
      m_environment(environment), m_finder(finder)
{
}

RolePlan RolePlanner::plan() const
{
    RolePlan plan;
    if (m_role.kind() == v1::RoleDefinition::VIRTUAL_MACHINE)
        refuse(plan, "VirtualMachineRole",
               "VM roles bring a Windows disk image, which cannot run here. Use a web or worker "
               "role.");
    else if (!m_role.entry_point().net_fx_assembly().empty())
        refuse(plan, "NetFxEntryPoint",
               "The entry point " + m_role.entry_point().net_fx_assembly() +
                   " is a .NET Framework assembly, which needs Windows. Give the role a "
                   "ProgramEntryPoint with a program for Linux, Node or Python.");
    else if (m_role.kind() == v1::RoleDefinition::WEB)
        planWeb(plan);
    else
        planWorker(plan);
    sortEndpoints(plan);
    return plan;
}

void RolePlanner::planProgram(RolePlan &plan, const std::string &command_line) const
{
    const bool web = m_role.kind() == v1::RoleDefinition::WEB;
    const std::uint32_t port = web ? m_ports.web_program : 0;
    const Launch launch = m_finder.find(command_line, m_environment.forProgram(port));
    if (launch.kind == Launch::Kind::Runnable) {
        plan.program = launch;
        plan.web_port = port;
        return;
    }
    const bool missing = launch.kind == Launch::Kind::Missing;
    refuse(plan, missing ? "ProgramMissing" : "WindowsProgram",
           "The entry point \"" + command_line + "\" cannot run: " + launch.reason +
               (missing
                    ? " Correct the command line or the package."
                    : " Name the program itself in ProgramEntryPoint, e.g. \"node server.js\"."));
}

void RolePlanner::planWorker(RolePlan &plan) const
{
    const std::string &command_line = m_role.entry_point().program_command_line();
    if (!command_line.empty())
        return planProgram(plan, command_line);
    refuse(plan, "NoEntryPoint",
           "The worker role has no ProgramEntryPoint. Add <Runtime><EntryPoint>"
           "<ProgramEntryPoint commandLine=\"...\" setReadyOnProcessStart=\"true\"/> to its "
           "definition; .NET entry points need Windows.");
}

void RolePlanner::planWeb(RolePlan &plan) const
{
    NginxSettings settings;
    settings.folder = m_environment.scratchFolder() / "nginx";
    settings.run_as_root = runsAsRoot() && !programsAreOthers(m_options);
    settings.connections = std::min(kConnectionsMax, openFilesLimit() / 2);
    plan.web_server = settings;
    if (!m_role.entry_point().program_command_line().empty())
        planProgram(plan, m_role.entry_point().program_command_line());
    planSites(plan);
    plan.web_server->program_port = plan.web_port ? m_ports.web_joint : 0;
    spareWebServer(plan);
}

// A program that answers every request itself is asked directly: what lies between can only change
// what it says.
void RolePlanner::spareWebServer(RolePlan &plan) const
{
    const std::vector<NginxSite> &sites = plan.web_server->sites;
    if (!plan.program || sites.size() != 1 || !sites[0].proxied || !sites[0].proxy_all ||
        !sites[0].aliases.empty() || !sites[0].host_header.empty())
        return;
    plan.web_port = m_ports.endpoints.at(sites[0].endpoints.front());
    plan.web_server.reset();
}

void RolePlanner::planSites(RolePlan &plan) const
{
    if (m_role.sites().empty())
        return planSite(plan, v1::Site(), 0); // legacy: the role's own folder is the site
    int index = 0;
    for (const v1::Site &site : m_role.sites())
        planSite(plan, site, index++);
}

fs::path RolePlanner::siteRoot(const v1::Site &site, int index) const
{
    std::error_code error;
    std::vector<fs::path> candidates;
    if (!site.content_root().empty())
        candidates.push_back(m_options.role_folder / site.content_root());
    if (!m_role.sites().empty())
        candidates.push_back(m_options.role_folder / "sitesroot" / std::to_string(index));
    for (const fs::path &candidate : candidates)
        if (fs::is_directory(candidate, error))
            return candidate;
    return m_options.role_folder / "approot";
}

bool RolePlanner::isBound(const v1::Site &site, const v1::Endpoint &endpoint) const
{
    return site.bindings().empty() ||
           std::any_of(site.bindings().begin(), site.bindings().end(),
                       [&](const auto &binding) { return binding.endpoint() == endpoint.name(); });
}

void RolePlanner::planSite(RolePlan &plan, const v1::Site &site, int index) const
{
    NginxSite result;
    result.root = siteRoot(site, index);
    for (const v1::Endpoint &endpoint : m_role.endpoints()) {
        if (!isWebEndpoint(m_role, endpoint) || !isBound(site, endpoint))
            continue;
        result.endpoints.push_back(endpoint.name());
        if (m_options.isolated)
            result.local_ports.push_back(m_ports.endpoints.at(endpoint.name()));
    }
    for (const v1::SiteBinding &binding : site.bindings())
        takeHostName(plan, result, binding.host_header());
    Result<WebConfig> config = readWebConfig(result.root);
    if (config && config->node_path.empty() && result.root != m_options.role_folder / "approot")
        if (const auto fallback = readWebConfig(m_options.role_folder / "approot");
            fallback && !fallback->node_path.empty() &&
            fs::exists(result.root / fallback->node_path))
            config = fallback;
    if (!config)
        return refuse(plan, "WebConfigBroken", config.error().message());
    result.default_documents =
        config->default_documents.empty() ? usualDocuments() : config->default_documents;
    result.static_folder = nginxWord(config->static_folder) ? config->static_folder : "";
    result.proxied = plan.program && !m_role.entry_point().program_command_line().empty();
    result.proxy_all = result.proxied || config->proxy_all;
    if (!result.proxied && !config->node_path.empty())
        result.proxied = planNode(plan, result, config->node_path);
    if (config->asp_net && !result.proxied)
        plan.warnings.push_back("The site's web.config asks for ASP.NET, which needs Windows; its "
                                "files are served as they are.");
    addAliases(plan, result, site);
    if (!result.endpoints.empty())
        plan.web_server->sites.push_back(result);
}

void RolePlanner::takeHostName(RolePlan &plan, NginxSite &result, const std::string &name) const
{
    if (name.empty() || !result.host_header.empty())
        return;
    if (isHostName(name))
        result.host_header = name;
    else
        plan.warnings.push_back("The host header " + sys::visible(name, 100) +
                                " is no host name; the site answers to every name.");
}

bool RolePlanner::planNode(RolePlan &plan, NginxSite &site, const std::string &node_path) const
{
    const Environment environment = m_environment.forProgram(m_ports.web_program);
    const fs::path node = findInPath("node", environment);
    std::error_code error;
    if (plan.program) {
        plan.warnings.push_back("Only the first site's Node program runs; " + node_path + " in " +
                                site.root.filename().string() + " is not started.");
        return false;
    }
    if (node.empty())
        refuse(plan, "NodeMissing",
               "The site runs " + node_path +
                   " with Node, which is not installed on this machine. Install it and reboot "
                   "the instance.");
    else if (!fs::is_regular_file(site.root / node_path, error))
        refuse(plan, "ProgramMissing",
               "web.config names " + node_path + " for iisnode, but " +
                   (site.root / node_path).string() + " does not exist. Correct the package.");
    if (!plan.problem.empty())
        return false;
    Launch launch;
    launch.kind = Launch::Kind::Runnable;
    launch.working_folder = (site.root / node_path).parent_path();
    launch.arguments = {node.string(), (site.root / node_path).string()};
    plan.program = launch;
    plan.web_port = m_ports.web_program;
    site.program_path = nginxWord(node_path) ? "/" + node_path : "";
    return true;
}

void RolePlanner::addAliases(RolePlan &plan, NginxSite &result, const v1::Site &site) const
{
    std::error_code error;
    for (const v1::VirtualPath &path : site.paths()) {
        if (fs::is_directory(result.root / path.name(), error))
            continue; // packed into the site: nothing to join
        const fs::path folder = m_options.role_folder / forwardSlashes(path.physical_directory());
        const fs::path normal = folder.lexically_normal();
        const bool inside =
            normal.string().starts_with(m_options.role_folder.lexically_normal().string() + "/");
        if (inside && fs::is_directory(normal, error) && nginxWord(path.name()) &&
            nginxWord(normal.string()))
            result.aliases.push_back({"/" + path.name() + "/", normal});
        else
            plan.warnings.push_back("The virtual directory " + path.name() + " of site " +
                                    site.name() +
                                    " has no content in the package; it answers 404.");
    }
}

void RolePlanner::sortEndpoints(RolePlan &plan) const
{
    for (const v1::Endpoint &endpoint : m_role.endpoints()) {
        if (!isStream(endpoint.protocol()))
            plan.warnings.push_back("The endpoint " + endpoint.name() +
                                    " is udp, which is not carried into instances yet.");
        else if (plan.web_server && isWebEndpoint(m_role, endpoint))
            plan.by_nginx.push_back(endpoint.name());
        else if (plan.program)
            plan.joined.push_back({endpoint.name(), isWebEndpoint(m_role, endpoint)
                                                        ? plan.web_port
                                                        : m_ports.endpoints.at(endpoint.name())});
        else if (plan.problem.empty())
            plan.warnings.push_back("Nobody serves the endpoint " + endpoint.name() +
                                    ": the web role has no program of its own.");
    }
}

} // namespace slipway::agent
