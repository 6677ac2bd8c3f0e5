#include "backend/packages/role_reader.h"

namespace slipway::packages
{

namespace
{

// The schemas disagree about the default (conflict C1 of the service model); cspack wrote 100.
constexpr std::uint32_t kDefaultStorageMb = 100;

class RoleReader
{
public:
    RoleReader(pugi::xml_node node, AttributeReader &reader, v1::RoleDefinition &role,
               SourceMap &source)
        : m_node(node), m_reader(reader), m_role(role), m_source(source)
    {
    }
    void read();

private:
    void readHead();
    void readTasks();
    void readSettings();
    void readStorage();
    void readCertificates();
    void readSites();
    void readSite(pugi::xml_node node, v1::Site &site);
    void readPaths(pugi::xml_node node, const std::string &prefix, v1::Site &site);
    void readRuntime();
    void readEntryPoint(pugi::xml_node node);
    template <typename Message> void readVariables(pugi::xml_node environment, Message &message);
    void mark(const std::string &path, Location place);

    pugi::xml_node m_node;
    AttributeReader &m_reader;
    v1::RoleDefinition &m_role;
    SourceMap &m_source;
};

void RoleReader::mark(const std::string &path, Location place)
{
    m_source.places["role/" + m_role.name() + path] = place;
}

void RoleReader::read()
{
    readHead();
    readTasks();
    readSettings();
    readEndpoints(m_node, m_reader, m_role, m_source);
    readStorage();
    readCertificates();
    readSites();
    readRuntime();
}

void RoleReader::readHead()
{
    m_role.set_kind(roleKind(localName(m_node)));
    m_role.set_name(AttributeReader::text(m_node, "name"));
    mark({}, m_reader.document().locate(m_node));
    m_role.set_size(AttributeReader::text(m_node, "vmsize"));
    if (m_role.size().empty())
        m_role.set_size(std::string(kDefaultSize));
    else
        mark("/size", m_reader.document().locate(m_node.attribute("vmsize")));
    for (const auto node : childrenNamed(childNamed(m_node, "Imports"), "Import"))
        m_role.add_imports(AttributeReader::text(node, "moduleName"));
}

template <typename Message>
void RoleReader::readVariables(pugi::xml_node environment, Message &message)
{
    for (const auto node : childrenNamed(environment, "Variable")) {
        v1::Variable &variable = *message.add_environment();
        variable.set_name(AttributeReader::text(node, "name"));
        variable.set_value(AttributeReader::text(node, "value"));
        const auto live = childNamed(node, "RoleInstanceValue");
        variable.set_xpath(AttributeReader::text(live, "xpath"));
        if (bool(live) != bool(node.attribute("value")))
            continue;
        m_reader.report(v1::ERROR, "V16", m_reader.document().locate(node),
                        "The variable " + variable.name() + " has " +
                            (live ? "both a value and a RoleInstanceValue." : "no value."),
                        "Give it either value=\"...\" or a <RoleInstanceValue xpath=\"...\"/>.");
    }
}

void RoleReader::readTasks()
{
    for (const auto node : childrenNamed(childNamed(m_node, "Startup"), "Task")) {
        mark("/task/" + std::to_string(m_role.startup_tasks_size()),
             m_reader.document().locate(node));
        v1::StartupTask &task = *m_role.add_startup_tasks();
        task.set_command_line(AttributeReader::text(node, "commandLine"));
        task.set_type(static_cast<v1::StartupTask::Type>(
            m_reader.choice(node, "taskType", v1::StartupTask::SIMPLE,
                            {{"simple", v1::StartupTask::SIMPLE},
                             {"background", v1::StartupTask::BACKGROUND},
                             {"foreground", v1::StartupTask::FOREGROUND}})));
        task.set_elevated(
            m_reader.choice(node, "executionContext", 0, {{"limited", 0}, {"elevated", 1}}) != 0);
        readVariables(childNamed(node, "Environment"), task);
    }
}

void RoleReader::readSettings()
{
    for (const auto node : childrenNamed(childNamed(m_node, "ConfigurationSettings"), "Setting")) {
        m_role.add_setting_names(AttributeReader::text(node, "name"));
        mark("/setting/" + AttributeReader::text(node, "name"), m_reader.document().locate(node));
    }
}

void RoleReader::readStorage()
{
    for (const auto &group : {m_node, childNamed(m_node, "LocalResources")})
        for (const auto node : childrenNamed(group, "LocalStorage")) {
            v1::LocalStorage &storage = *m_role.add_local_storage();
            storage.set_name(AttributeReader::text(node, "name"));
            storage.set_size_mb(
                m_reader.number(node, "sizeInMB", {1, 4'000'000, kDefaultStorageMb, "V11"}));
            storage.set_clean_on_role_recycle(m_reader.flag(node, "cleanOnRoleRecycle", true));
            mark("/storage/" + storage.name(), m_reader.document().locate(node));
        }
}

void RoleReader::readCertificates()
{
    for (const auto node : childrenNamed(childNamed(m_node, "Certificates"), "Certificate")) {
        v1::Certificate &certificate = *m_role.add_certificates();
        certificate.set_name(AttributeReader::text(node, "name"));
        m_reader.choice(node, "storeLocation", 0, {{"CurrentUser", 0}, {"LocalMachine", 1}});
        certificate.set_store_location(AttributeReader::text(node, "storeLocation"));
        certificate.set_store_name(AttributeReader::text(node, "storeName"));
        const int elevated = m_reader.choice(node, "permissionLevel", 0,
                                             {{"limitedOrElevated", 0}, {"elevated", 1}});
        certificate.set_permission_level(elevated ? "elevated" : "limitedOrElevated");
        mark("/certificate/" + certificate.name(), m_reader.document().locate(node));
    }
}

void RoleReader::readSites()
{
    for (const auto node : childrenNamed(childNamed(m_node, "Sites"), "Site")) {
        mark("/site/" + std::to_string(m_role.sites_size()), m_reader.document().locate(node));
        readSite(node, *m_role.add_sites());
    }
}

void RoleReader::readSite(pugi::xml_node node, v1::Site &site)
{
    site.set_name(AttributeReader::text(node, "name"));
    site.set_physical_directory(AttributeReader::text(node, "physicalDirectory"));
    for (const auto child : childrenNamed(childNamed(node, "Bindings"), "Binding")) {
        v1::SiteBinding &binding = *site.add_bindings();
        binding.set_name(AttributeReader::text(child, "name"));
        binding.set_endpoint(AttributeReader::text(child, "endpointName"));
        binding.set_host_header(AttributeReader::text(child, "hostHeader"));
    }
    if (site.bindings().empty())
        m_reader.report(v1::ERROR, "V7", m_reader.document().locate(node),
                        "The site " + site.name() + " has no binding.",
                        "Add <Bindings><Binding name=\"...\" endpointName=\"...\"/></Bindings>.");
    readPaths(node, {}, site);
}

// Applications and directories may nest; the depth is that of the document, which is limited.
void RoleReader::readPaths(pugi::xml_node node, const std::string &prefix, v1::Site &site)
{
    for (const pugi::xml_node child : node.children()) {
        const bool application = localName(child) == "VirtualApplication";
        if (!application && localName(child) != "VirtualDirectory")
            continue;
        v1::VirtualPath &path = *site.add_paths();
        path.set_name(prefix + AttributeReader::text(child, "name"));
        path.set_physical_directory(AttributeReader::text(child, "physicalDirectory"));
        path.set_application(application);
        const std::string inner = path.name() + "/";
        readPaths(child, inner, site);
    }
}

void RoleReader::readRuntime()
{
    const auto runtime = childNamed(m_node, "Runtime");
    m_role.set_elevated(
        m_reader.choice(runtime, "executionContext", 0, {{"limited", 0}, {"elevated", 1}}) != 0);
    readVariables(childNamed(runtime, "Environment"), m_role);
    const auto entry_point = childNamed(runtime, "EntryPoint");
    if (entry_point)
        readEntryPoint(entry_point);
}

void RoleReader::readEntryPoint(pugi::xml_node node)
{
    const auto program = childNamed(node, "ProgramEntryPoint");
    const auto assembly = childNamed(node, "NetFxEntryPoint");
    mark("/entryPoint", m_reader.document().locate(program ? program : node));
    if (program && assembly)
        m_reader.report(v1::ERROR, {}, m_reader.document().locate(assembly),
                        "The role " + m_role.name() + " has two entry points.",
                        "Keep either ProgramEntryPoint or NetFxEntryPoint.");
    v1::EntryPoint &entry = *m_role.mutable_entry_point();
    entry.set_program_command_line(AttributeReader::text(program, "commandLine"));
    entry.set_ready_on_process_start(m_reader.flag(program, "setReadyOnProcessStart", false));
    entry.set_net_fx_assembly(AttributeReader::text(assembly, "assemblyName"));
    entry.set_net_fx_version(AttributeReader::text(assembly, "targetFrameworkVersion"));
    if (assembly && !program)
        m_reader.report(v1::WARNING, {}, m_reader.document().locate(assembly),
                        "The role " + m_role.name() + " starts a .NET assembly, " +
                            entry.net_fx_assembly() + ", which this fabric cannot run.",
                        "Give it a ProgramEntryPoint, or serve it as files or a Node program.");
}

} // namespace

v1::RoleDefinition::Kind roleKind(std::string_view element)
{
    return element == "WebRole"              ? v1::RoleDefinition::WEB
           : element == "WorkerRole"         ? v1::RoleDefinition::WORKER
           : element == "VirtualMachineRole" ? v1::RoleDefinition::VIRTUAL_MACHINE
                                             : v1::RoleDefinition::KIND_UNSPECIFIED;
}

void readRole(pugi::xml_node node, AttributeReader &reader, v1::RoleDefinition &role,
              SourceMap &source)
{
    RoleReader(node, reader, role, source).read();
}

} // namespace slipway::packages
