#include "backend/packages/role_reader.h"

#include <algorithm>

namespace slipway::packages
{

namespace
{

class EndpointReader
{
public:
    EndpointReader(AttributeReader &reader, v1::RoleDefinition &role, SourceMap &source)
        : m_reader(reader), m_role(role), m_source(source)
    {
    }
    void readInput(pugi::xml_node node);
    void readInternal(pugi::xml_node node);
    void readInstanceInput(pugi::xml_node node);

private:
    v1::Endpoint &add(pugi::xml_node node, v1::Endpoint::Kind kind);
    void addRange(v1::Endpoint &endpoint, pugi::xml_node node, const char *min, const char *max);

    AttributeReader &m_reader;
    v1::RoleDefinition &m_role;
    SourceMap &m_source;
};

v1::Endpoint &EndpointReader::add(pugi::xml_node node, v1::Endpoint::Kind kind)
{
    v1::Endpoint &endpoint = *m_role.add_endpoints();
    endpoint.set_kind(kind);
    endpoint.set_name(AttributeReader::text(node, "name"));
    m_source.places["role/" + m_role.name() + "/endpoint/" + endpoint.name()] =
        m_reader.document().locate(node);
    return endpoint;
}

void EndpointReader::readInput(pugi::xml_node node)
{
    v1::Endpoint &endpoint = add(node, v1::Endpoint::INPUT);
    endpoint.set_protocol(m_reader.protocol(
        node, {{"http", v1::HTTP}, {"https", v1::HTTPS}, {"tcp", v1::TCP}, {"udp", v1::UDP}}));
    endpoint.set_port(m_reader.number(node, "port", {1, 65535, 0, "V6"}));
    const bool any_port = AttributeReader::text(node, "localPort") == "*";
    endpoint.set_local_port(
        any_port ? 0 : m_reader.number(node, "localPort", {1, 65535, endpoint.port(), "V6"}));
    endpoint.set_certificate(AttributeReader::text(node, "certificate"));
    endpoint.set_probe(AttributeReader::text(node, "loadBalancerProbe"));
    endpoint.set_ignore_role_instance_status(
        m_reader.flag(node, "ignoreRoleInstanceStatus", false));
    endpoint.set_idle_timeout_min(m_reader.number(node, "idleTimeoutInMinutes", {1, 1440, 0, {}}));
}

void EndpointReader::addRange(v1::Endpoint &endpoint, pugi::xml_node node, const char *min,
                              const char *max)
{
    const std::uint32_t low = m_reader.number(node, min, {1, 65535, 0, "V6"});
    const std::uint32_t high = m_reader.number(node, max, {1, 65535, 0, "V6"});
    if (low > high)
        m_reader.report(v1::ERROR, "V6", m_reader.document().locate(node),
                        "The port range of " + endpoint.name() + " begins after its end.",
                        "Swap min and max.");
    // Several ranges become the one that spans them: every port in it is open on all instances.
    endpoint.set_port_min(endpoint.port_min() ? std::min(endpoint.port_min(), low) : low);
    endpoint.set_port_max(std::max(endpoint.port_max(), high));
}

void EndpointReader::readInternal(pugi::xml_node node)
{
    v1::Endpoint &endpoint = add(node, v1::Endpoint::INTERNAL);
    endpoint.set_protocol(m_reader.protocol(node, {{"http", v1::HTTP},
                                                   {"https", v1::HTTPS},
                                                   {"tcp", v1::TCP},
                                                   {"udp", v1::UDP},
                                                   {"any", v1::ANY}}));
    const bool any_port = AttributeReader::text(node, "port") == "*";
    endpoint.set_port(any_port ? 0 : m_reader.number(node, "port", {1, 65535, 0, "V6"}));
    for (const auto fixed : childrenNamed(node, "FixedPort"))
        addRange(endpoint, fixed, "port", "port");
    for (const auto range : childrenNamed(node, "FixedPortRange"))
        addRange(endpoint, range, "min", "max");
    if (endpoint.port() == 0 && endpoint.port_min() == endpoint.port_max())
        endpoint.set_port(endpoint.port_min());
    endpoint.set_local_port(endpoint.port());
}

void EndpointReader::readInstanceInput(pugi::xml_node node)
{
    v1::Endpoint &endpoint = add(node, v1::Endpoint::INSTANCE_INPUT);
    endpoint.set_protocol(m_reader.protocol(node, {{"tcp", v1::TCP}, {"udp", v1::UDP}}));
    endpoint.set_local_port(m_reader.number(node, "localPort", {1, 65535, 0, "V6"}));
    endpoint.set_idle_timeout_min(m_reader.number(node, "idleTimeoutInMinutes", {1, 1440, 0, {}}));
    const auto range = childNamed(childNamed(node, "AllocatePublicPortFrom"), "FixedPortRange");
    if (range)
        addRange(endpoint, range, "min", "max");
    else
        m_reader.report(v1::ERROR, "V19", m_reader.document().locate(node),
                        "The instance input endpoint " + endpoint.name() +
                            " has no range of public ports.",
                        "Add <AllocatePublicPortFrom><FixedPortRange min=\"...\" max=\"...\"/>.");
}

} // namespace

void readEndpoints(pugi::xml_node node, AttributeReader &reader, v1::RoleDefinition &role,
                   SourceMap &source)
{
    EndpointReader endpoints(reader, role, source);
    for (const auto group : {childNamed(node, "InputEndpoints"), childNamed(node, "Endpoints")})
        for (const auto input : childrenNamed(group, "InputEndpoint"))
            endpoints.readInput(input);
    for (const auto &group : {node, childNamed(node, "Endpoints")})
        for (const auto internal : childrenNamed(group, "InternalEndpoint"))
            endpoints.readInternal(internal);
    for (const auto input : childrenNamed(childNamed(node, "Endpoints"), "InstanceInputEndpoint"))
        endpoints.readInstanceInput(input);
}

} // namespace slipway::packages
