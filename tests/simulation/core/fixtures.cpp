#include "tests/simulation/core/fixtures.h"

namespace slipway::core::test
{

v1::RoleDefinition webRole(const std::string &name, const std::string &size, std::uint32_t port)
{
    v1::RoleDefinition role;
    role.set_name(name);
    role.set_kind(v1::RoleDefinition::WEB);
    role.set_size(size);
    v1::Endpoint &endpoint = *role.add_endpoints();
    endpoint.set_name("HttpIn");
    endpoint.set_kind(v1::Endpoint::INPUT);
    endpoint.set_protocol(v1::HTTP);
    endpoint.set_port(port);
    return role;
}

v1::RoleDefinition workerRole(const std::string &name, const std::string &size)
{
    v1::RoleDefinition role;
    role.set_name(name);
    role.set_kind(v1::RoleDefinition::WORKER);
    role.set_size(size);
    v1::Endpoint &endpoint = *role.add_endpoints();
    endpoint.set_name("Store");
    endpoint.set_kind(v1::Endpoint::INTERNAL);
    endpoint.set_protocol(v1::TCP);
    return role;
}

v1::Package guestbook(const std::string &digest, std::uint32_t web_count,
                      std::uint32_t worker_count, const std::string &size)
{
    v1::Package package;
    package.set_digest(digest);
    package.set_file_name(digest + ".cspkg");
    v1::ServiceDefinition &definition = *package.mutable_definition();
    definition.set_name("Guestbook");
    definition.set_upgrade_domain_count(5);
    v1::ServiceConfiguration &configuration = *package.mutable_configuration();
    configuration.set_service_name("Guestbook");
    const auto add = [&](const v1::RoleDefinition &role, std::uint32_t count) {
        *definition.add_roles() = role;
        v1::RoleConfiguration &configured = *configuration.add_roles();
        configured.set_name(role.name());
        configured.set_instance_count(count);
    };
    add(webRole("WebRole", size, 80), web_count);
    if (worker_count > 0)
        add(workerRole("WorkerRole", size), worker_count);
    return package;
}

v1::Command createService(const std::string &name)
{
    v1::Command command;
    command.mutable_create_service()->set_name(name);
    return command;
}

v1::Command registerPackage(const v1::Package &package)
{
    v1::Command command;
    *command.mutable_register_package() = package;
    return command;
}

v1::Command deploy(const std::string &service, v1::SlotKind slot, const std::string &digest)
{
    v1::Command command;
    v1::Deploy &body = *command.mutable_deploy();
    body.set_service(service);
    body.set_slot(slot);
    body.set_package_digest(digest);
    body.set_label(digest);
    body.set_accept_single_instance(true);
    return command;
}

v1::Command swapSlots(const std::string &service)
{
    v1::Command command;
    command.mutable_swap()->set_service(service);
    return command;
}

v1::Command changeRole(const std::string &service, v1::SlotKind slot, const std::string &role,
                       std::uint32_t count, const std::string &size)
{
    v1::Command command;
    v1::ChangeRoles &body = *command.mutable_change_roles();
    body.set_service(service);
    body.set_slot(slot);
    body.set_accept_single_instance(true);
    v1::RoleGoal &goal = *body.add_goals();
    goal.set_role(role);
    goal.set_instance_count(count);
    goal.set_size(size);
    return command;
}

v1::Command startDeployment(const std::string &service, v1::SlotKind slot)
{
    v1::Command command;
    command.mutable_start_deployment()->set_service(service);
    command.mutable_start_deployment()->set_slot(slot);
    return command;
}

v1::Command stopDeployment(const std::string &service, v1::SlotKind slot)
{
    v1::Command command;
    command.mutable_stop_deployment()->set_service(service);
    command.mutable_stop_deployment()->set_slot(slot);
    return command;
}

v1::Command deleteDeployment(const std::string &service, v1::SlotKind slot)
{
    v1::Command command;
    command.mutable_delete_deployment()->set_service(service);
    command.mutable_delete_deployment()->set_slot(slot);
    return command;
}

v1::Command reboot(const std::string &service, v1::SlotKind slot,
                   const std::vector<std::string> &instances)
{
    v1::Command command;
    v1::InstanceTarget &body = *command.mutable_reboot_instances();
    body.set_service(service);
    body.set_slot(slot);
    body.mutable_instances()->Assign(instances.begin(), instances.end());
    return command;
}

v1::Command reimage(const std::string &service, v1::SlotKind slot,
                    const std::vector<std::string> &instances)
{
    v1::Command command = reboot(service, slot, instances);
    const v1::InstanceTarget target = command.reboot_instances();
    *command.mutable_reimage_instances() = target;
    return command;
}

v1::Command wantHosts(const State &state, std::uint32_t hosts, std::uint32_t fault_domains)
{
    v1::Command command;
    *command.mutable_update_settings() = state.settings;
    command.mutable_update_settings()->set_host_count(hosts);
    command.mutable_update_settings()->set_fault_domain_count(fault_domains);
    return command;
}

v1::Command cancel(const std::string &operation)
{
    v1::Command command;
    command.set_cancel_operation(operation);
    return command;
}

std::string bytesOf(const State &state)
{
    std::string bytes = std::to_string(state.revision) + "/" + std::to_string(state.next_event_id) +
                        "/" + state.settings.SerializeAsString();
    const auto add = [&bytes](const std::string &key, const auto &message) {
        bytes += "|" + key + "=" + message.SerializeAsString();
    };
    for (const auto &[key, entity] : state.services)
        add(key, entity);
    for (const auto &[key, entity] : state.deployments)
        add(key, entity);
    for (const auto &[key, entity] : state.instances)
        add(key.first + "/" + key.second, entity);
    for (const auto &[key, entity] : state.hosts)
        add(key, entity);
    for (const auto &[key, entity] : state.packages)
        add(key, entity);
    for (const auto &[key, entity] : state.operations)
        add(key, entity);
    return bytes;
}

} // namespace slipway::core::test
