#include "backend/packages/configuration_reader.h"

#include "backend/packages/document_reader.h"
#include "backend/packages/validation.h"

#include <algorithm>
#include <iterator>

namespace slipway::packages
{

static constexpr DocumentKind kConfigurationKind = {
    "ServiceConfiguration",
    "http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration",
    "service configuration"};
static constexpr std::uint32_t kInstancesMax = 10'000;

static void readSettings(pugi::xml_node node, AttributeReader &reader, v1::RoleConfiguration &role,
                         SourceMap &source)
{
    for (const auto child : childrenNamed(childNamed(node, "ConfigurationSettings"), "Setting")) {
        v1::Setting &setting = *role.add_settings();
        setting.set_name(AttributeReader::text(child, "name"));
        setting.set_value(AttributeReader::text(child, "value"));
        source.places["role/" + role.name() + "/setting/" + setting.name()] =
            reader.document().locate(child);
        if (!child.attribute("value"))
            reader.report(v1::ERROR, "V3", reader.document().locate(child),
                          "The setting " + setting.name() + " has no value.",
                          "Add value=\"...\"; it may be empty.");
    }
}

static void readCertificates(pugi::xml_node node, AttributeReader &reader,
                             v1::RoleConfiguration &role, SourceMap &source)
{
    for (const auto child : childrenNamed(childNamed(node, "Certificates"), "Certificate")) {
        v1::CertificateThumbprint &certificate = *role.add_certificates();
        certificate.set_name(AttributeReader::text(child, "name"));
        certificate.set_thumbprint(AttributeReader::text(child, "thumbprint"));
        certificate.set_algorithm(AttributeReader::text(child, "thumbprintAlgorithm"));
        source.places["role/" + role.name() + "/certificate/" + certificate.name()] =
            reader.document().locate(child);
    }
}

static void readRole(pugi::xml_node node, AttributeReader &reader, v1::RoleConfiguration &role,
                     SourceMap &source)
{
    role.set_name(AttributeReader::text(node, "name"));
    const std::string path = "role/" + role.name();
    source.places[path] = reader.document().locate(node);
    const auto instances = childNamed(node, "Instances");
    if (instances)
        source.places[path + "/instances"] = reader.document().locate(instances);
    else
        reader.report(v1::ERROR, {}, reader.document().locate(node),
                      "The role " + role.name() + " has no <Instances>.",
                      "Add <Instances count=\"2\" />.");
    role.set_instance_count(reader.number(instances, "count", {1, kInstancesMax, 1, {}}));
    readSettings(node, reader, role, source);
    readCertificates(node, reader, role, source);
}

static void readService(pugi::xml_node root, AttributeReader &reader, ParsedConfiguration &parsed)
{
    v1::ServiceConfiguration &configuration = parsed.configuration;
    configuration.set_os_family(AttributeReader::text(root, "osFamily"));
    configuration.set_os_version(AttributeReader::text(root, "osVersion"));
    configuration.set_schema_version(AttributeReader::text(root, "schemaVersion"));
    parsed.source.places["service"] = reader.document().locate(root);
    if (const auto version = root.attribute("osVersion"))
        parsed.source.places["osVersion"] = reader.document().locate(version);
    for (const auto node : childrenNamed(root, "Role"))
        readRole(node, reader, *configuration.add_roles(), parsed.source);
}

ParsedConfiguration readConfiguration(std::string_view bytes, const std::string &file_name)
{
    ParsedConfiguration parsed;
    parsed.source.file = file_name;
    const DocumentSteps steps = {[&parsed](pugi::xml_node root) {
                                     parsed.configuration.set_service_name(
                                         AttributeReader::text(root, "serviceName"));
                                 },
                                 [&parsed](pugi::xml_node root, AttributeReader &reader) {
                                     readService(root, reader, parsed);
                                 }};
    const DocumentResult result = readDocument(bytes, file_name, kConfigurationKind,
                                               configurationSchema(), steps, parsed.problems);
    parsed.well_formed = result != DocumentResult::Malformed;
    parsed.is_configuration = result == DocumentResult::Read;
    return parsed;
}

Result<CheckedConfiguration> checkConfiguration(const v1::ServiceDefinition &definition,
                                                std::string_view bytes,
                                                const std::string &file_name)
{
    ParsedConfiguration parsed = readConfiguration(bytes, file_name);
    if (parsed.is_configuration) {
        Problems more = validateConfiguration(definition, parsed.configuration, parsed.source);
        std::move(more.begin(), more.end(), std::back_inserter(parsed.problems));
    }
    if (hasErrors(parsed.problems))
        return Failure(problemsError("CONFIGURATION_INVALID", file_name, parsed.problems));
    return CheckedConfiguration{std::move(parsed.configuration), std::move(parsed.problems)};
}

} // namespace slipway::packages
