#include "backend/core/configuration.h"

#include "backend/core/lookup.h"

#include <algorithm>
#include <set>

namespace slipway::core
{
namespace
{

// Settings of the SDK's own plugins come with <Import>, so the definition does not list them.
bool isPlugin(const std::string &setting)
{
    return setting.starts_with("Microsoft.WindowsAzure.Plugins.");
}

class Checker
{
public:
    Checker(const v1::ServiceDefinition &definition, const v1::ServiceConfiguration &configuration,
            const std::string &file)
        : m_definition(definition), m_configuration(configuration), m_file(file)
    {
    }

    std::vector<v1::Problem> check()
    {
        checkName();
        for (const v1::RoleDefinition &role : m_definition.roles()) {
            if (const v1::RoleConfiguration *configured = findRole(m_configuration, role.name()))
                checkRole(role, *configured);
            else
                add("V2", "Role " + role.name() + " of the definition is not configured.",
                    "Add <Role name=\"" + role.name() + "\"> with its <Instances count>.");
        }
        checkUnknownRoles();
        return std::move(m_problems);
    }

private:
    void add(const char *rule, const std::string &message, const std::string &hint)
    {
        v1::Problem &problem = m_problems.emplace_back();
        problem.set_severity(v1::ERROR);
        problem.set_rule(rule);
        problem.set_file(m_file);
        problem.set_message(message);
        problem.set_hint(hint);
    }

    void checkName()
    {
        if (!m_configuration.service_name().empty() && !m_definition.name().empty() &&
            m_configuration.service_name() != m_definition.name())
            add("V1",
                "The configuration is for service \"" + m_configuration.service_name() +
                    "\", the definition is \"" + m_definition.name() + "\".",
                "Set serviceName to \"" + m_definition.name() + "\".");
    }

    void checkUnknownRoles()
    {
        std::set<std::string> seen;
        for (const v1::RoleConfiguration &role : m_configuration.roles()) {
            if (!findRole(m_definition, role.name()))
                add("V2", "The definition has no role \"" + role.name() + "\".",
                    "Remove it, or correct its name.");
            if (!seen.insert(role.name()).second)
                add("V2", "Role " + role.name() + " is configured twice.", "Remove one of them.");
        }
    }

    void checkRole(const v1::RoleDefinition &role, const v1::RoleConfiguration &configured)
    {
        if (configured.instance_count() == 0)
            add("V2", "Role " + role.name() + " has an instance count of 0.",
                "Use at least 1; to run nothing, stop the deployment.");
        if (configured.instance_count() > kInstancesMax)
            add("V2", "Role " + role.name() + " has more than 10,000 instances.", "Use fewer.");
        std::set<std::string> given;
        for (const v1::Setting &setting : configured.settings()) {
            given.insert(setting.name());
            const auto &names = role.setting_names();
            if (!isPlugin(setting.name()) &&
                std::find(names.begin(), names.end(), setting.name()) == names.end())
                add("V3",
                    "Role " + role.name() + " does not define setting \"" + setting.name() + "\".",
                    "Remove it, or add it to the definition.");
        }
        for (const std::string &name : role.setting_names()) {
            if (!given.contains(name) && !isPlugin(name))
                add("V3", "Setting \"" + name + "\" of role " + role.name() + " has no value.",
                    "Add <Setting name=\"" + name + "\" value=\"...\"/>.");
        }
    }

    const v1::ServiceDefinition &m_definition;
    const v1::ServiceConfiguration &m_configuration;
    const std::string &m_file;
    std::vector<v1::Problem> m_problems;
};

} // namespace

std::vector<v1::Problem> checkConfiguration(const v1::ServiceDefinition &definition,
                                            const v1::ServiceConfiguration &configuration,
                                            const std::string &file)
{
    return Checker(definition, configuration, file).check();
}

v1::ServiceConfiguration smallestConfiguration(const v1::ServiceDefinition &definition)
{
    v1::ServiceConfiguration configuration;
    configuration.set_service_name(definition.name());
    for (const v1::RoleDefinition &role : definition.roles()) {
        v1::RoleConfiguration &configured = *configuration.add_roles();
        configured.set_name(role.name());
        configured.set_instance_count(1);
    }
    return configuration;
}

} // namespace slipway::core
