// JSON of what the operator owns: services, their deployments and instances, packages.
#include "app/ctl/json_mapper.h"
#include "app/ctl/words.h"

#include <tuple>

namespace slipway::ctl
{

namespace
{

Json slotJson(const FabricSnapshot &snapshot, const v1::Slot &slot)
{
    const v1::Deployment *deployment = snapshot.deployment(slot.deployment_id());
    if (!deployment)
        return nullptr;
    int total = 0;
    int ready = 0;
    for (const auto &[key, instance] : snapshot.instances) {
        total += instance.deployment_id() == deployment->id();
        ready += instance.deployment_id() == deployment->id() &&
                 instance.state() == v1::RoleInstance::ReadyRole;
    }
    const auto endpoint = [&slot](const v1::PublicEndpoint &e) {
        return Json{{"name", e.name()},
                    {"role", e.role()},
                    {"protocol", protocolName(e.protocol())},
                    {"address", endpointAddress(slot, e)},
                    {"port", e.port()},
                    {"bound_port", e.bound_port()},
                    {"reason", e.reason()}};
    };
    const auto role = [](const v1::RoleGoal &goal) {
        return Json{{"name", goal.role()},
                    {"size", goal.size()},
                    {"instance_count", goal.instance_count()}};
    };
    return {{"label", deployment->label()},
            {"version", versionOf(*deployment)},
            {"digest", deployment->package_digest()},
            {"endpoints", listJson(slot.endpoints(), endpoint)},
            {"deployment_id", deployment->id()},
            {"package", deployment->package_name()},
            {"status", v1::Deployment::Status_Name(deployment->status())},
            {"ready", ready},
            {"total", total},
            {"roles", listJson(deployment->goals(), role)},
            {"create_time_ms", deployment->create_time_ms()},
            {"actor", deployment->actor()},
            {"revision", deployment->revision()}};
}

Json deploymentJson(const v1::Deployment &deployment)
{
    return {{"id", deployment.id()},
            {"service", deployment.service()},
            {"slot", slotName(deployment.slot())},
            {"label", deployment.label()},
            {"version", versionOf(deployment)},
            {"digest", deployment.package_digest()},
            {"status", v1::Deployment::Status_Name(deployment.status())},
            {"run", deployment.run()},
            {"revision", deployment.revision()}};
}

Json roleJson(const v1::RoleDefinition &role)
{
    const auto endpoint = [](const v1::Endpoint &e) {
        static const char *const kKinds[] = {"", "input", "internal", "instance_input"};
        const int kind = e.kind();
        return Json{{"name", e.name()},
                    {"kind", kind >= 0 && kind < 4 ? kKinds[kind] : ""},
                    {"protocol", protocolName(e.protocol())},
                    {"port", e.port()},
                    {"local_port", e.local_port()}};
    };
    static const char *const kRoleKinds[] = {"", "web", "worker", "virtual_machine"};
    const int kind = role.kind();
    return {{"name", role.name()},
            {"kind", kind >= 0 && kind < 4 ? kRoleKinds[kind] : ""},
            {"size", role.size()},
            {"endpoints", listJson(role.endpoints(), endpoint)},
            {"settings", listJson(role.setting_names(), [](const auto &s) { return Json(s); })},
            {"startup_tasks", role.startup_tasks_size()}};
}

Json entityJson(const FabricSnapshot &snapshot, const v1::Change &change)
{
    switch (change.body_case()) {
    case v1::Change::kService:
        return serviceJson(snapshot, change.service());
    case v1::Change::kDeployment:
        return deploymentJson(change.deployment());
    case v1::Change::kInstance:
        return instanceJson(snapshot, change.instance());
    case v1::Change::kHost:
        return hostJson(change.host());
    case v1::Change::kPackage:
        return packageJson(change.package());
    case v1::Change::kOperation:
        return operationJson(change.operation());
    case v1::Change::kEvent:
        return eventJson(change.event());
    case v1::Change::kSettings:
        return settingsJson(change.settings());
    default:
        return nullptr;
    }
}

// kind, id, parent id
std::tuple<std::string, std::string, std::string> keyOf(const v1::Change &change)
{
    static const char *const kRemovedKinds[] = {"",     "service", "deployment", "instance",
                                                "host", "package", "operation"};
    switch (change.body_case()) {
    case v1::Change::kService:
        return {"service", change.service().name(), ""};
    case v1::Change::kDeployment:
        return {"deployment", change.deployment().id(), change.deployment().service()};
    case v1::Change::kInstance:
        return {"instance", change.instance().name(), change.instance().deployment_id()};
    case v1::Change::kHost:
        return {"host", change.host().id(), ""};
    case v1::Change::kPackage:
        return {"package", change.package().digest(), ""};
    case v1::Change::kOperation:
        return {"operation", change.operation().id(), ""};
    case v1::Change::kEvent:
        return {"event", std::to_string(change.event().id()), ""};
    case v1::Change::kSettings:
        return {"settings", "", ""};
    case v1::Change::kRemoved: {
        const int kind = change.removed().kind();
        return {kind >= 0 && kind < 7 ? kRemovedKinds[kind] : "", change.removed().id(),
                change.removed().parent_id()};
    }
    default:
        return {};
    }
}

} // namespace

Json serviceJson(const FabricSnapshot &snapshot, const v1::CloudService &service)
{
    return {{"name", service.name()},
            {"label", service.label()},
            {"description", service.description()},
            {"create_time_ms", service.create_time_ms()},
            {"outside_access", service.outside_access()},
            {"revision", service.revision()},
            {"production", slotJson(snapshot, service.production())},
            {"staging", slotJson(snapshot, service.staging())}};
}

Json instanceJson(const FabricSnapshot &snapshot, const v1::RoleInstance &instance)
{
    return {{"name", instance.name()},
            {"slot", slotName(snapshot.slotOf(instance))},
            {"deployment_id", instance.deployment_id()},
            {"role", instance.role()},
            {"state", v1::RoleInstance::State_Name(instance.state())},
            {"reason", instance.reason()},
            {"size", instance.size()},
            {"host", instance.host()},
            {"fault_domain", instance.fault_domain()},
            {"update_domain", instance.update_domain()},
            {"restarts", instance.restarts()},
            {"agent_pid", instance.agent_pid()},
            {"program_pid", instance.program_pid()},
            {"service", instance.service()},
            {"index", instance.index()},
            {"error_code", instance.error_code()},
            {"create_time_ms", instance.create_time_ms()},
            {"state_time_ms", instance.state_time_ms()},
            {"ready_time_ms", instance.ready_time_ms()},
            {"program_start_time_ms", instance.program_start_time_ms()},
            {"next_start_time_ms", instance.next_start_time_ms()},
            {"exit_code", instance.exit_code()},
            {"isolation", instance.isolation()},
            {"drained", instance.drained()},
            {"generation", instance.generation()},
            {"warnings", listJson(instance.warnings(), [](const auto &w) { return Json(w); })},
            {"revision", instance.revision()}};
}

Json packageJson(const v1::Package &package)
{
    return {{"digest", package.digest()},
            {"file_name", package.file_name()},
            {"size_bytes", package.size_bytes()},
            {"format", package.format()},
            {"service_definition", package.definition().name()},
            {"upgrade_domain_count", package.definition().upgrade_domain_count()},
            {"roles", listJson(package.definition().roles(), roleJson)},
            {"has_configuration", package.has_configuration()},
            {"problems", listJson(package.problems(), problemJson)},
            {"upload_time_ms", package.upload_time_ms()},
            {"actor", package.actor()},
            {"revision", package.revision()}};
}

Json changeJson(const FabricSnapshot &snapshot, const v1::Change &change)
{
    const auto [kind, id, parent_id] = keyOf(change);
    return {{"revision", change.revision()},
            {"kind", kind},
            {"id", id},
            {"parent_id", parent_id},
            {"removed", change.has_removed()},
            {"entity", entityJson(snapshot, change)}};
}

} // namespace slipway::ctl
