#include "backend/packages/validation.h"

#include "backend/packages/attribute_reader.h"
#include "backend/packages/problem_making.h"
#include "backend/proto/plain_name.h"

#include <algorithm>

namespace slipway::packages
{

namespace
{

constexpr int kRolesMax = 25;
constexpr int kEndpointsOfAKindMax = 25;
constexpr int kInternalEndpointsMax = 5; // of one role
constexpr int kCertificatesMax = 199;
constexpr std::uint64_t kReservedStorageMb = 4096 + 1000; // DiagnosticStore and EventStore

class DefinitionRules
{
public:
    DefinitionRules(const v1::ServiceDefinition &definition, const SourceMap &source,
                    const std::vector<v1::VmSize> &sizes, const ContentFacts *contents)
        : m_definition(definition), m_source(source), m_sizes(sizes), m_contents(contents)
    {
    }
    Problems check();

private:
    void checkRoles();
    void checkCounts();
    void checkPorts();
    void checkProbe(const v1::Probe &probe);
    void checkRole(const v1::RoleDefinition &role);
    void checkNames(const v1::RoleDefinition &role);
    void checkEndpoint(const v1::RoleDefinition &role, const v1::Endpoint &endpoint);
    void checkSites(const v1::RoleDefinition &role);
    void checkSize(const v1::RoleDefinition &role);
    void checkEntryPoint(const v1::RoleDefinition &role);
    void checkTasks(const v1::RoleDefinition &role);
    void report(v1::Severity severity, std::string_view rule, const std::string &path,
                const std::string &message, std::string_view hint = {});

    const v1::ServiceDefinition &m_definition;
    const SourceMap &m_source;
    const std::vector<v1::VmSize> &m_sizes;
    const ContentFacts *m_contents;
    Problems m_problems;
};

void DefinitionRules::report(v1::Severity severity, std::string_view rule, const std::string &path,
                             const std::string &message, std::string_view hint)
{
    m_problems.push_back(
        makeProblem(severity, rule, m_source.file, m_source.find(path), message, hint));
}

Problems DefinitionRules::check()
{
    checkRoles();
    checkCounts();
    checkPorts();
    for (const v1::Probe &probe : m_definition.probes())
        checkProbe(probe);
    for (const v1::RoleDefinition &role : m_definition.roles())
        checkRole(role);
    return std::move(m_problems);
}

bool safeRoleName(const std::string &name)
{
    return !name.empty() && name != "." && name != ".." && name.size() <= 200 &&
           std::none_of(name.begin(), name.end(), [](unsigned char letter) {
               return letter < 0x20 ||
                      std::string_view("/\\:*?\"<>|").find(static_cast<char>(letter)) !=
                          std::string_view::npos;
           });
}

// They come in as character references (&#10;), and would end lines of files and commands.
bool hasControls(const std::string &text)
{
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; });
}

void DefinitionRules::checkRoles()
{
    if (m_definition.roles().empty())
        report(v1::ERROR, {}, "service", "The definition has no role.",
               "Add at least one WebRole or WorkerRole.");
    std::set<std::string> names;
    for (const v1::RoleDefinition &role : m_definition.roles()) {
        const std::string path = "role/" + role.name();
        if (!names.insert(lowerCase(role.name())).second)
            report(v1::ERROR, {}, path, "There are two roles with the name " + role.name() + ".",
                   "Give each role a name of its own.");
        if (!role.name().empty() && !safeRoleName(role.name()))
            report(v1::ERROR, {}, path,
                   "The role name \"" + role.name() + "\" cannot be the name of a folder.",
                   "Use letters, digits, dots, hyphens and underscores.");
        if (role.kind() == v1::RoleDefinition::VIRTUAL_MACHINE)
            report(v1::ERROR, {}, path,
                   role.name() + " is a virtual machine role, which cannot be run.",
                   "Use a web or worker role.");
    }
}

void DefinitionRules::checkCounts()
{
    int kinds[4] = {};
    int certificates = 0;
    for (const v1::RoleDefinition &role : m_definition.roles()) {
        int internal = 0;
        for (const v1::Endpoint &endpoint : role.endpoints()) {
            ++kinds[endpoint.kind()];
            internal += endpoint.kind() == v1::Endpoint::INTERNAL;
        }
        if (internal > kInternalEndpointsMax)
            report(v1::ERROR, "V10", "role/" + role.name(),
                   role.name() + " has " + std::to_string(internal) +
                       " internal endpoints; a role may have 5.",
                   "Use a port range for several ports.");
        certificates += role.certificates_size();
    }
    if (m_definition.roles_size() > kRolesMax)
        report(v1::ERROR, "V10", "service", "There are more than 25 roles.", "Split the service.");
    if (*std::max_element(std::begin(kinds), std::end(kinds)) > kEndpointsOfAKindMax)
        report(v1::ERROR, "V10", "service", "There are more than 25 endpoints of one kind.",
               "Split the service.");
    if (certificates > kCertificatesMax)
        report(v1::ERROR, "V10", "service", "There are more than 199 certificates.",
               "Split the service.");
}

struct PublicPorts {
    std::uint32_t min = 0;
    std::uint32_t max = 0;
    bool udp = false;
    std::string owner;

    bool overlaps(const PublicPorts &other) const
    {
        return udp == other.udp && min <= other.max && other.min <= max;
    }
};

void DefinitionRules::checkPorts()
{
    std::vector<PublicPorts> taken;
    for (const v1::RoleDefinition &role : m_definition.roles())
        for (const v1::Endpoint &endpoint : role.endpoints()) {
            const bool range = endpoint.kind() == v1::Endpoint::INSTANCE_INPUT;
            PublicPorts ports{range ? endpoint.port_min() : endpoint.port(),
                              range ? endpoint.port_max() : endpoint.port(),
                              endpoint.protocol() == v1::UDP, role.name() + "/" + endpoint.name()};
            if (endpoint.kind() == v1::Endpoint::INTERNAL || ports.min == 0)
                continue;
            for (const PublicPorts &other : taken)
                if (ports.overlaps(other))
                    report(v1::ERROR, "V6", "role/" + role.name() + "/endpoint/" + endpoint.name(),
                           "The public port " + std::to_string(std::max(ports.min, other.min)) +
                               " of " + ports.owner + " belongs to " + other.owner + " already.",
                           "Give each input endpoint of the service a port of its own.");
            taken.push_back(std::move(ports));
        }
}

void DefinitionRules::checkProbe(const v1::Probe &probe)
{
    const std::string path = "probe/" + probe.name();
    if (probe.protocol() == v1::HTTP && probe.path().empty())
        report(v1::ERROR, "V8", path, "The http probe " + probe.name() + " has no path.",
               "Add path=\"/...\".");
    if (probe.protocol() == v1::TCP && !probe.path().empty())
        report(v1::ERROR, "V8", path, "The tcp probe " + probe.name() + " has a path.",
               "Remove the path, or make it an http probe.");
    if (hasControls(probe.name()) || hasControls(probe.path()))
        report(v1::ERROR, "V8", path, "The name or path of a probe has control characters.",
               "Remove them.");
    if (probe.interval_s() < 5)
        report(v1::ERROR, "V8", path, "intervalInSeconds of " + probe.name() + " is below 5.",
               "Use 5 or more.");
    if (probe.timeout_s() < 11)
        report(v1::ERROR, "V8", path, "timeoutInSeconds of " + probe.name() + " is below 11.",
               "Use 11 or more.");
    if (probe.interval_s() * 2 >= probe.timeout_s())
        report(v1::INFO, "V8", path,
               "The interval of " + probe.name() + " is not below half of its timeout.",
               "One lost probe then takes an instance out of rotation.");
}

void DefinitionRules::checkRole(const v1::RoleDefinition &role)
{
    checkNames(role);
    for (const v1::Endpoint &endpoint : role.endpoints())
        checkEndpoint(role, endpoint);
    checkSites(role);
    checkSize(role);
    checkEntryPoint(role);
    checkTasks(role);
}

void DefinitionRules::checkNames(const v1::RoleDefinition &role)
{
    std::set<std::string> seen;
    const auto check = [&](const std::string &kind, const std::string &name) {
        const std::string path = kind + "/" + name;
        if (!name.empty() && !seen.insert(path).second)
            report(v1::ERROR, {}, "role/" + role.name() + "/" + path,
                   "The role " + role.name() + " has the " + kind + " " + name + " twice.",
                   "Remove one, or give it another name.");
        if (hasControls(name))
            report(v1::ERROR, {}, "role/" + role.name() + "/" + path,
                   "The name of a " + kind + " of " + role.name() + " has control characters.",
                   "Remove them.");
    };
    for (const v1::Endpoint &endpoint : role.endpoints())
        check("endpoint", endpoint.name());
    for (const std::string &name : role.setting_names())
        check("setting", name);
    for (const v1::LocalStorage &storage : role.local_storage()) {
        check("storage", storage.name());
        if (!isPlainName(storage.name()))
            report(v1::ERROR, {}, "role/" + role.name() + "/storage/" + storage.name(),
                   "The local storage name \"" + storage.name() + "\" of " + role.name() +
                       " cannot be a folder's name.",
                   "Use a name without slashes that does not begin with a dot.");
    }
    for (const v1::Certificate &certificate : role.certificates())
        check("certificate", certificate.name());
}

void DefinitionRules::checkEndpoint(const v1::RoleDefinition &role, const v1::Endpoint &endpoint)
{
    const std::string path = "role/" + role.name() + "/endpoint/" + endpoint.name();
    const auto has_certificate = [&](const v1::Certificate &certificate) {
        return certificate.name() == endpoint.certificate();
    };
    const bool secure = endpoint.protocol() == v1::HTTPS && endpoint.kind() == v1::Endpoint::INPUT;
    if (secure && endpoint.certificate().empty())
        report(v1::ERROR, "V5", path,
               "The https endpoint " + endpoint.name() + " names no certificate.",
               "Add certificate=\"...\".");
    else if (!endpoint.certificate().empty() &&
             std::none_of(role.certificates().begin(), role.certificates().end(), has_certificate))
        report(v1::ERROR, "V5", path,
               "The role " + role.name() + " has no certificate " + endpoint.certificate() + ".",
               "Add it to the role's <Certificates>.");
    const auto is_probe = [&](const v1::Probe &probe) { return probe.name() == endpoint.probe(); };
    if (!endpoint.probe().empty() &&
        std::none_of(m_definition.probes().begin(), m_definition.probes().end(), is_probe))
        report(v1::ERROR, "V7", path, "There is no load balancer probe " + endpoint.probe() + ".",
               "Add it to <LoadBalancerProbes>.");
}

void DefinitionRules::checkSites(const v1::RoleDefinition &role)
{
    std::set<std::string> inputs;
    bool serves_web = false;
    for (const v1::Endpoint &endpoint : role.endpoints()) {
        if (endpoint.kind() == v1::Endpoint::INPUT)
            inputs.insert(endpoint.name());
        serves_web |= endpoint.kind() == v1::Endpoint::INPUT &&
                      (endpoint.protocol() == v1::HTTP || endpoint.protocol() == v1::HTTPS);
    }
    for (int index = 0; index < role.sites_size(); ++index)
        for (const v1::SiteBinding &binding : role.sites(index).bindings())
            if (!binding.endpoint().empty() && !inputs.count(binding.endpoint()))
                report(v1::ERROR, "V7", "role/" + role.name() + "/site/" + std::to_string(index),
                       "The site " + role.sites(index).name() + " is bound to " +
                           binding.endpoint() + ", which is no input endpoint of " + role.name() +
                           ".",
                       "Name one of the role's InputEndpoint elements.");
    if (role.kind() == v1::RoleDefinition::WEB && !serves_web)
        report(v1::WARNING, "V22", "role/" + role.name(),
               "The web role " + role.name() + " has no http or https input endpoint.",
               "Nobody can reach it from outside; add an <InputEndpoint>.");
}

void DefinitionRules::checkSize(const v1::RoleDefinition &role)
{
    if (m_sizes.empty())
        return;
    const auto size = std::find_if(m_sizes.begin(), m_sizes.end(),
                                   [&](const v1::VmSize &it) { return it.name() == role.size(); });
    const std::string path = "role/" + role.name() + "/size";
    if (size == m_sizes.end()) {
        report(v1::ERROR, {}, path, "There is no size \"" + role.size() + "\".",
               "Use a name such as ExtraSmall, Small, Medium or Standard_D2_v2.");
        return;
    }
    std::uint64_t wanted_mb = kReservedStorageMb;
    for (const v1::LocalStorage &storage : role.local_storage())
        wanted_mb += storage.size_mb();
    const std::uint64_t disk_mb = size->local_disk_bytes() >> 20;
    if (!role.local_storage().empty() && wanted_mb > disk_mb)
        report(v1::ERROR, "V11", path,
               "The local storage of " + role.name() + " needs " + std::to_string(wanted_mb) +
                   " MB (5096 of them for diagnostics and events), but the disk of " +
                   size->name() + " has " + std::to_string(disk_mb) + " MB.",
               "Choose a bigger size or less local storage.");
}

void DefinitionRules::checkEntryPoint(const v1::RoleDefinition &role)
{
    const v1::EntryPoint &entry = role.entry_point();
    if (!entry.program_command_line().empty() && !entry.ready_on_process_start())
        report(v1::ERROR, "V15", "role/" + role.name() + "/entryPoint",
               "setReadyOnProcessStart of " + role.name() + " is not true.",
               "Add setReadyOnProcessStart=\"true\" to ProgramEntryPoint; there is no other way.");
}

void DefinitionRules::checkTasks(const v1::RoleDefinition &role)
{
    if (!m_contents)
        return;
    for (int index = 0; index < role.startup_tasks_size(); ++index) {
        std::string script = lowerCase(role.startup_tasks(index).command_line());
        script = script.substr(0, script.find(' '));
        std::replace(script.begin(), script.end(), '\\', '/');
        if (script.substr(0, 2) == "./")
            script.erase(0, 2);
        if (!script.ends_with(".cmd") && !script.ends_with(".bat"))
            continue;
        const std::string path = "role/" + role.name() + "/task/" + std::to_string(index);
        const std::string root = lowerCase(role.name()) + "/approot/";
        const std::string file = m_contents->files.count(root + "bin/" + script)
                                     ? root + "bin/" + script
                                     : root + script;
        if (!m_contents->files.count(file))
            report(v1::WARNING, "V20", path,
                   "The startup script " + script + " of " + role.name() +
                       " is not in the package.",
                   "Put it into the role's folder.");
        else if (m_contents->files_with_bom.count(file))
            report(v1::WARNING, "V20", path,
                   "The startup script " + script + " begins with a byte order mark.",
                   "Save it as ANSI or as UTF-8 without one.");
    }
}

} // namespace

Problems validateDefinition(const v1::ServiceDefinition &definition, const SourceMap &source,
                            const std::vector<v1::VmSize> &sizes, const ContentFacts *contents)
{
    return DefinitionRules(definition, source, sizes, contents).check();
}

} // namespace slipway::packages
