#include "backend/agent/role_environment.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <regex>

namespace slipway::agent
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *kLoopback = "127.0.0.1";

std::string ownPath()
{
    const char *path = std::getenv("PATH");
    return path && *path ? path : "/usr/sbin:/usr/bin:/sbin:/bin";
}

} // namespace

std::string variableName(const std::string &name)
{
    std::string result = name;
    for (char &letter : result)
        letter = std::isalnum(static_cast<unsigned char>(letter))
                     ? char(std::toupper(static_cast<unsigned char>(letter)))
                     : '_';
    return result;
}

std::string protocolName(v1::Protocol protocol)
{
    std::string name = v1::Protocol_Name(protocol);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return char(std::tolower(letter)); });
    return name;
}

bool isStream(v1::Protocol protocol)
{
    return protocol != v1::UDP;
}

RoleEnvironment::RoleEnvironment(const v1::InstanceOrder &order, const AgentOptions &options,
                                 LocalPorts ports)
    : m_order(order), m_options(options), m_ports(std::move(ports))
{
}

fs::path RoleEnvironment::storageFolder(const std::string &name) const
{
    return m_options.local_folder / name;
}

fs::path RoleEnvironment::scratchFolder() const
{
    return m_options.local_folder / ".slipway";
}

fs::path RoleEnvironment::topologyFile() const
{
    return scratchFolder() / "topology.json";
}

const v1::Endpoint *RoleEnvironment::firstEndpoint() const
{
    const v1::Endpoint *first = nullptr;
    for (const v1::Endpoint &endpoint : m_order.role().endpoints()) {
        if (!isStream(endpoint.protocol()) || !m_ports.contains(endpoint.name()))
            continue;
        const bool better = first && first->kind() == v1::Endpoint::INTERNAL &&
                            endpoint.kind() != v1::Endpoint::INTERNAL;
        if (!first || better)
            first = &endpoint;
    }
    return first;
}

void RoleEnvironment::addEndpoints(Environment &environment) const
{
    for (const auto &[name, port] : m_ports) {
        environment["ENDPOINT_" + variableName(name) + "_ADDRESS"] = kLoopback;
        environment["ENDPOINT_" + variableName(name) + "_PORT"] = std::to_string(port);
    }
    if (const v1::Endpoint *first = firstEndpoint()) {
        environment["PORT"] = std::to_string(m_ports.at(first->name()));
        environment["port"] = environment["PORT"];
    }
}

Environment RoleEnvironment::base() const
{
    const std::string temp = (m_options.local_folder / "tmp").string();
    Environment environment{{"PATH", ownPath()},
                            {"LANG", "C.UTF-8"},
                            {"HOME", m_options.local_folder.string()},
                            {"TEMP", temp},
                            {"TMP", temp},
                            {"TMPDIR", temp},
                            {"RoleRoot", m_options.role_folder.string()},
                            {"ROLE_INSTANCE_ID", m_order.name()},
                            {"ROLE_NAME", m_order.role().name()},
                            {"DEPLOYMENT_ID", m_order.deployment_id()},
                            {"RoleInstanceID", m_order.name()},
                            {"RoleName", m_order.role().name()},
                            {"RoleDeploymentID", m_order.deployment_id()},
                            {"SLIPWAY_TOPOLOGY", topologyFile().string()}};
    addEndpoints(environment);
    for (const v1::LocalStorage &storage : m_order.role().local_storage())
        environment["LOCAL_STORAGE_" + variableName(storage.name())] =
            storageFolder(storage.name()).string();
    for (const v1::Setting &setting : m_order.settings())
        if (!setting.name().empty() && setting.name().find('=') == std::string::npos)
            environment[setting.name()] = setting.value();
    return environment;
}

void RoleEnvironment::addVariables(
    Environment &environment,
    const google::protobuf::RepeatedPtrField<v1::Variable> &variables) const
{
    for (const v1::Variable &variable : variables) {
        if (variable.name().empty() || variable.name().find('=') != std::string::npos)
            continue;
        environment[variable.name()] = variable.xpath().empty()
                                           ? expandVariables(variable.value(), environment)
                                           : valueOf(variable.xpath()).value_or("");
    }
}

Environment
RoleEnvironment::with(const google::protobuf::RepeatedPtrField<v1::Variable> &extra) const
{
    Environment environment = base();
    addVariables(environment, m_order.role().environment());
    addVariables(environment, extra);
    return environment;
}

Environment RoleEnvironment::forProgram(std::uint32_t web_port) const
{
    Environment environment = with({});
    if (web_port != 0) {
        environment["PORT"] = std::to_string(web_port);
        environment["port"] = environment["PORT"];
    }
    return environment;
}

std::optional<std::string> RoleEnvironment::endpointValue(const std::string &name,
                                                          const std::string &attribute) const
{
    for (const v1::Endpoint &endpoint : m_order.role().endpoints()) {
        if (endpoint.name() != name)
            continue;
        const auto port = m_ports.find(name);
        if (attribute == "protocol")
            return protocolName(endpoint.protocol());
        if (attribute == "address")
            return kLoopback;
        if (attribute == "port")
            return std::to_string(port == m_ports.end() ? endpoint.local_port() : port->second);
    }
    return std::nullopt;
}

std::optional<std::string> RoleEnvironment::storageValue(const std::string &name,
                                                         const std::string &attribute) const
{
    for (const v1::LocalStorage &storage : m_order.role().local_storage()) {
        if (storage.name() != name)
            continue;
        if (attribute == "path")
            return storageFolder(name).string();
        if (attribute == "sizeInMB")
            return std::to_string(storage.size_mb());
    }
    return std::nullopt;
}

std::optional<std::string> RoleEnvironment::settingValue(const std::string &name) const
{
    for (const v1::Setting &setting : m_order.settings())
        if (setting.name() == name)
            return setting.value();
    return std::nullopt;
}

std::optional<std::string> RoleEnvironment::currentInstance(const std::string &rest) const
{
    static const std::regex named(R"(([A-Za-z]+)/([A-Za-z]+)\[@name=['"]([^'"]*)['"]\]/@(\w+))");
    if (rest == "@id")
        return m_order.name();
    if (rest == "@updateDomain")
        return std::to_string(m_order.update_domain());
    if (rest == "@faultDomain")
        return std::to_string(m_order.fault_domain());
    if (rest == "@roleName")
        return m_order.role().name();
    std::smatch match;
    if (!std::regex_match(rest, match, named))
        return std::nullopt;
    const std::string kind = match[1].str() + "/" + match[2].str();
    if (kind == "ConfigurationSettings/ConfigurationSetting" && match[4] == "value")
        return settingValue(match[3]);
    if (kind == "LocalResources/LocalResource")
        return storageValue(match[3], match[4]);
    return kind == "Endpoints/Endpoint" ? endpointValue(match[3], match[4]) : std::nullopt;
}

std::optional<std::string> RoleEnvironment::valueOf(const std::string &xpath) const
{
    static constexpr std::string_view kInstance = "/RoleEnvironment/CurrentInstance/";
    if (xpath == "/RoleEnvironment/Deployment/@id")
        return m_order.deployment_id();
    // This is a real fabric with slots and healing, not the developer's emulator.
    if (xpath == "/RoleEnvironment/Deployment/@emulated")
        return "false";
    if (xpath.starts_with(kInstance))
        return currentInstance(xpath.substr(kInstance.size()));
    return std::nullopt;
}

} // namespace slipway::agent
