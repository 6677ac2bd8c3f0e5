#include "backend/packages/definition_reader.h"

#include "backend/packages/document_reader.h"
#include "backend/packages/role_reader.h"

#include <iterator>

namespace slipway::packages
{

static constexpr DocumentKind kDefinitionKind = {
    "ServiceDefinition", "http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceDefinition",
    "service definition"};

static void readProbes(pugi::xml_node root, AttributeReader &reader, ParsedDefinition &parsed)
{
    for (const auto node :
         childrenNamed(childNamed(root, "LoadBalancerProbes"), "LoadBalancerProbe")) {
        v1::Probe &probe = *parsed.definition.add_probes();
        probe.set_name(AttributeReader::text(node, "name"));
        probe.set_protocol(reader.protocol(node, {{"http", v1::HTTP}, {"tcp", v1::TCP}}));
        probe.set_path(AttributeReader::text(node, "path"));
        probe.set_port(reader.number(node, "port", {1, 65535, 0, "V8"}));
        probe.set_interval_s(reader.number(node, "intervalInSeconds", {1, 86400, 15, "V8"}));
        probe.set_timeout_s(reader.number(node, "timeoutInSeconds", {1, 86400, 31, "V8"}));
        parsed.source.places["probe/" + probe.name()] = reader.document().locate(node);
    }
}

static const v1::RoleDefinition *findRole(const v1::ServiceDefinition &definition,
                                          std::string_view name)
{
    for (const v1::RoleDefinition &role : definition.roles())
        if (role.name() == name)
            return &role;
    return nullptr;
}

static void checkRuleRole(pugi::xml_node node, AttributeReader &reader,
                          const v1::ServiceDefinition &definition)
{
    const std::string role = AttributeReader::text(node, "roleName");
    if (!role.empty() && !findRole(definition, role))
        reader.report(v1::ERROR, "V7", reader.document().locate(node.attribute("roleName")),
                      "There is no role " + role + ".", "Name a role of this definition.");
}

static void checkRuleEndpoint(pugi::xml_node node, AttributeReader &reader,
                              const v1::ServiceDefinition &definition)
{
    checkRuleRole(node, reader, definition);
    const auto *role = findRole(definition, AttributeReader::text(node, "roleName"));
    const std::string name = AttributeReader::text(node, "endpointName");
    if (!role || name.empty())
        return;
    for (const v1::Endpoint &endpoint : role->endpoints())
        if (endpoint.name() == name && endpoint.kind() == v1::Endpoint::INTERNAL)
            return;
    reader.report(v1::ERROR, "V7", reader.document().locate(node.attribute("endpointName")),
                  "The role " + role->name() + " has no internal endpoint " + name + ".",
                  "Name one of its InternalEndpoint elements.");
}

// Traffic rules are checked, not kept: every role may call every internal endpoint here.
static void checkTrafficRules(pugi::xml_node root, AttributeReader &reader,
                              const v1::ServiceDefinition &definition)
{
    for (const auto rules : childrenNamed(root, "NetworkTrafficRules")) {
        reader.report(v1::INFO, {}, reader.document().locate(rules),
                      "Network traffic rules are read, but not enforced.");
        for (const auto rule : childrenNamed(rules, "OnlyAllowTrafficTo")) {
            for (const auto node : childrenNamed(childNamed(rule, "Destinations"), "RoleEndpoint"))
                checkRuleEndpoint(node, reader, definition);
            for (const auto source : childrenNamed(rule, "WhenSource"))
                for (const auto node : childrenNamed(source, "FromRole"))
                    checkRuleRole(node, reader, definition);
        }
    }
}

// Probes are asked where the traffic goes: at the endpoint that names them.
static void checkProbePorts(AttributeReader &reader, const ParsedDefinition &parsed)
{
    for (const v1::Probe &probe : parsed.definition.probes()) {
        for (const v1::RoleDefinition &role : parsed.definition.roles()) {
            for (const v1::Endpoint &endpoint : role.endpoints()) {
                const bool same =
                    probe.port() == endpoint.port() || probe.port() == endpoint.local_port();
                if (probe.port() == 0 || endpoint.probe() != probe.name() || same)
                    continue;
                reader.report(v1::WARNING, {}, parsed.source.places.at("probe/" + probe.name()),
                              "The probe " + probe.name() + " names port " +
                                  std::to_string(probe.port()) +
                                  ", which is not used: " + role.name() +
                                  " is probed at its endpoint " + endpoint.name() + ".",
                              "Answer the probe at that endpoint and leave the port out.");
            }
        }
    }
}

static void readService(pugi::xml_node root, AttributeReader &reader, ParsedDefinition &parsed)
{
    v1::ServiceDefinition &definition = parsed.definition;
    definition.set_schema_version(AttributeReader::text(root, "schemaVersion"));
    definition.set_upgrade_domain_count(
        reader.number(root, "upgradeDomainCount", {1, 20, 5, "V9"}));
    const int blast =
        reader.choice(root, "topologyChangeDiscovery", 0, {{"UpgradeDomainWalk", 0}, {"Blast", 1}});
    definition.set_topology_change_discovery(blast ? "Blast" : "UpgradeDomainWalk");
    parsed.source.places["service"] = reader.document().locate(root);
    readProbes(root, reader, parsed);
    for (const pugi::xml_node node : root.children()) {
        const std::string_view name = localName(node);
        if (node.type() == pugi::node_element &&
            roleKind(name) != v1::RoleDefinition::KIND_UNSPECIFIED)
            readRole(node, reader, *definition.add_roles(), parsed.source);
    }
    checkProbePorts(reader, parsed);
    checkTrafficRules(root, reader, definition);
}

ParsedDefinition readDefinition(std::string_view bytes, const std::string &file_name)
{
    ParsedDefinition parsed;
    parsed.source.file = file_name;
    const DocumentSteps steps = {[&parsed](pugi::xml_node root) {
                                     parsed.definition.set_name(
                                         AttributeReader::text(root, "name"));
                                 },
                                 [&parsed](pugi::xml_node root, AttributeReader &reader) {
                                     readService(root, reader, parsed);
                                 }};
    const DocumentResult result =
        readDocument(bytes, file_name, kDefinitionKind, definitionSchema(), steps, parsed.problems);
    parsed.well_formed = result != DocumentResult::Malformed;
    parsed.is_definition = result == DocumentResult::Read;
    return parsed;
}

} // namespace slipway::packages
