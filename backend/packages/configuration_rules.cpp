#include "backend/packages/attribute_reader.h"
#include "backend/packages/problem_making.h"
#include "backend/packages/validation.h"

#include <algorithm>

namespace slipway::packages
{

namespace
{

constexpr std::string_view kPluginPrefix = "Microsoft.WindowsAzure.Plugins.";

bool isPlugin(std::string_view name)
{
    return name.substr(0, kPluginPrefix.size()) == kPluginPrefix;
}

class ConfigurationRules
{
public:
    ConfigurationRules(const v1::ServiceDefinition &definition,
                       const v1::ServiceConfiguration &configuration, const SourceMap &source)
        : m_definition(definition), m_configuration(configuration), m_source(source)
    {
    }
    Problems check();

private:
    void checkService();
    void checkRoleNames();
    void checkRole(const v1::RoleDefinition &wanted, const v1::RoleConfiguration &role);
    void checkSettings(const v1::RoleDefinition &wanted, const v1::RoleConfiguration &role);
    void checkCertificates(const v1::RoleDefinition &wanted, const v1::RoleConfiguration &role);
    void checkInstances(const v1::RoleDefinition &wanted, const v1::RoleConfiguration &role);
    void report(v1::Severity severity, std::string_view rule, const std::string &path,
                const std::string &message, std::string_view hint = {});

    const v1::ServiceDefinition &m_definition;
    const v1::ServiceConfiguration &m_configuration;
    const SourceMap &m_source;
    Problems m_problems;
};

void ConfigurationRules::report(v1::Severity severity, std::string_view rule,
                                const std::string &path, const std::string &message,
                                std::string_view hint)
{
    m_problems.push_back(
        makeProblem(severity, rule, m_source.file, m_source.find(path), message, hint));
}

Problems ConfigurationRules::check()
{
    checkService();
    checkRoleNames();
    for (const v1::RoleDefinition &wanted : m_definition.roles())
        for (const v1::RoleConfiguration &role : m_configuration.roles())
            if (role.name() == wanted.name())
                checkRole(wanted, role);
    return std::move(m_problems);
}

void ConfigurationRules::checkService()
{
    if (m_configuration.service_name() != m_definition.name())
        report(v1::ERROR, "V1", "service",
               "The configuration is for the service \"" + m_configuration.service_name() +
                   "\", the definition is that of \"" + m_definition.name() + "\".",
               "Make serviceName the same as the definition's name, or take the other file.");
    const std::string &version = m_configuration.os_version();
    if (!version.empty() && version != "*")
        report(v1::WARNING, "V13", "osVersion",
               "The fixed osVersion " + version + " keeps security updates out.",
               "Use osVersion=\"*\".");
}

void ConfigurationRules::checkRoleNames()
{
    std::set<std::string> wanted;
    for (const v1::RoleDefinition &role : m_definition.roles())
        wanted.insert(role.name());
    std::set<std::string> found;
    for (const v1::RoleConfiguration &role : m_configuration.roles()) {
        const std::string path = "role/" + role.name();
        if (!found.insert(role.name()).second)
            report(v1::ERROR, "V2", path, "The role " + role.name() + " is there twice.",
                   "Remove one of them.");
        else if (!wanted.count(role.name()))
            report(v1::ERROR, "V2", path, "The definition has no role " + role.name() + ".",
                   "Remove it, or correct its name (upper and lower case count).");
    }
    for (const std::string &name : wanted)
        if (!found.count(name))
            report(v1::ERROR, "V2", "service",
                   "The role " + name + " of the definition is missing here.",
                   "Add <Role name=\"" + name + "\"><Instances count=\"2\" />...</Role>.");
}

void ConfigurationRules::checkRole(const v1::RoleDefinition &wanted,
                                   const v1::RoleConfiguration &role)
{
    checkSettings(wanted, role);
    checkCertificates(wanted, role);
    checkInstances(wanted, role);
}

void ConfigurationRules::checkSettings(const v1::RoleDefinition &wanted,
                                       const v1::RoleConfiguration &role)
{
    const std::set<std::string> names(wanted.setting_names().begin(), wanted.setting_names().end());
    std::set<std::string> found;
    const bool for_this_machine = lowerCase(m_source.file).find("local") != std::string::npos;
    for (const v1::Setting &setting : role.settings()) {
        const std::string path = "role/" + role.name() + "/setting/" + setting.name();
        if (!found.insert(setting.name()).second)
            report(v1::ERROR, "V3", path,
                   "The setting " + setting.name() + " of " + role.name() + " is there twice.",
                   "Remove one of them.");
        else if (!names.count(setting.name()) && !isPlugin(setting.name()))
            report(v1::ERROR, "V3", path,
                   "The definition knows no setting " + setting.name() + " of " + role.name() + ".",
                   "Add it to the role's <ConfigurationSettings> there, or remove it here.");
        const bool diagnostics = setting.name().ends_with("Diagnostics.ConnectionString");
        if (diagnostics && !for_this_machine &&
            setting.value().find("UseDevelopmentStorage=true") != std::string::npos)
            report(v1::WARNING, "V17", path,
                   "Diagnostics of " + role.name() + " write to the development storage.",
                   "In a cloud this makes the role cycle; give it a real storage account.");
    }
    for (const std::string &name : names)
        if (!found.count(name) && !isPlugin(name))
            report(v1::ERROR, "V3", "role/" + role.name(),
                   "The setting " + name + " of " + role.name() + " has no value here.",
                   "Add <Setting name=\"" + name + "\" value=\"...\" />.");
}

void ConfigurationRules::checkCertificates(const v1::RoleDefinition &wanted,
                                           const v1::RoleConfiguration &role)
{
    for (const v1::Certificate &certificate : wanted.certificates()) {
        const auto given =
            std::find_if(role.certificates().begin(), role.certificates().end(),
                         [&](const auto &it) { return it.name() == certificate.name(); });
        if (given != role.certificates().end() && !given->thumbprint().empty())
            continue;
        report(v1::ERROR, "V4", "role/" + role.name() + "/certificate/" + certificate.name(),
               "The certificate " + certificate.name() + " of " + role.name() +
                   " has no thumbprint.",
               "Add <Certificate name=\"" + certificate.name() +
                   "\" thumbprint=\"...\" thumbprintAlgorithm=\"sha1\" />.");
    }
}

void ConfigurationRules::checkInstances(const v1::RoleDefinition &wanted,
                                        const v1::RoleConfiguration &role)
{
    const std::string path = "role/" + role.name() + "/instances";
    if (role.instance_count() == 1)
        report(v1::WARNING, "V12", path, "The role " + role.name() + " has a single instance.",
               "It is down whenever that one is; two or more are needed for availability.");
    for (const v1::Endpoint &endpoint : wanted.endpoints()) {
        const std::uint32_t ports = endpoint.port_max() - endpoint.port_min() + 1;
        if (endpoint.kind() == v1::Endpoint::INSTANCE_INPUT && ports < role.instance_count())
            report(v1::ERROR, "V19", path,
                   "The role " + role.name() + " has " + std::to_string(role.instance_count()) +
                       " instances, but the endpoint " + endpoint.name() + " only " +
                       std::to_string(ports) + " public ports.",
                   "Widen its FixedPortRange, or take fewer instances.");
    }
}

} // namespace

Problems validateConfiguration(const v1::ServiceDefinition &definition,
                               const v1::ServiceConfiguration &configuration,
                               const SourceMap &source)
{
    return ConfigurationRules(definition, configuration, source).check();
}

} // namespace slipway::packages
