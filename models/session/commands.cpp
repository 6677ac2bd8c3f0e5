#include "models/session/commands.h"

namespace slipway::models::commands
{

namespace
{

void aim(v1::DeploymentTarget &target, const std::string &service, v1::SlotKind slot)
{
    target.set_service(service);
    target.set_slot(slot);
}

void aim(v1::InstanceTarget &target, const std::vector<InstanceId> &instances)
{
    for (const auto &id : instances) {
        target.set_deployment_id(id.deployment);
        target.add_instances(id.name);
    }
}

} // namespace

v1::Command createService(const std::string &name, const std::string &label,
                          const std::string &description)
{
    v1::Command command;
    auto &body = *command.mutable_create_service();
    body.set_name(name);
    body.set_label(label);
    body.set_description(description);
    return command;
}

v1::Command updateService(const v1::CloudService &service)
{
    v1::Command command;
    command.set_etag(service.revision());
    auto &body = *command.mutable_update_service();
    body.set_name(service.name());
    body.set_label(service.label());
    body.set_description(service.description());
    body.set_outside_access(service.outside_access());
    return command;
}

v1::Command deleteService(const std::string &name, bool delete_deployments)
{
    v1::Command command;
    command.mutable_delete_service()->set_name(name);
    command.mutable_delete_service()->set_delete_deployments(delete_deployments);
    return command;
}

v1::Command deploy(v1::Deploy body)
{
    v1::Command command;
    *command.mutable_deploy() = std::move(body);
    return command;
}

v1::Command swap(const v1::CloudService &service, bool validate_only)
{
    v1::Command command;
    command.set_etag(service.revision());
    command.set_validate_only(validate_only);
    command.mutable_swap()->set_service(service.name());
    return command;
}

v1::Command changeRoles(const v1::Deployment &deployment, const std::vector<v1::RoleGoal> &goals,
                        bool accept_single_instance, bool validate_only)
{
    v1::Command command;
    command.set_etag(deployment.revision());
    command.set_validate_only(validate_only);
    auto &body = *command.mutable_change_roles();
    body.set_service(deployment.service());
    body.set_slot(deployment.slot());
    body.set_accept_single_instance(accept_single_instance);
    for (const auto &goal : goals) {
        *body.add_goals() = goal;
    }
    return command;
}

v1::Command balanceRole(const v1::Deployment &deployment, const std::string &role,
                        bool validate_only)
{
    v1::Command command;
    command.set_etag(deployment.revision());
    command.set_validate_only(validate_only);
    auto &body = *command.mutable_balance_role();
    body.set_service(deployment.service());
    body.set_slot(deployment.slot());
    body.set_role(role);
    return command;
}

v1::Command startDeployment(const std::string &service, v1::SlotKind slot)
{
    v1::Command command;
    aim(*command.mutable_start_deployment(), service, slot);
    return command;
}

v1::Command stopDeployment(const std::string &service, v1::SlotKind slot)
{
    v1::Command command;
    aim(*command.mutable_stop_deployment(), service, slot);
    return command;
}

v1::Command deleteDeployment(const std::string &service, v1::SlotKind slot)
{
    v1::Command command;
    aim(*command.mutable_delete_deployment(), service, slot);
    return command;
}

v1::Command rebootInstances(const std::vector<InstanceId> &instances)
{
    v1::Command command;
    aim(*command.mutable_reboot_instances(), instances);
    return command;
}

v1::Command reimageInstances(const std::vector<InstanceId> &instances)
{
    v1::Command command;
    aim(*command.mutable_reimage_instances(), instances);
    return command;
}

v1::Command deletePackage(const std::string &digest)
{
    v1::Command command;
    command.set_delete_package(digest);
    return command;
}

v1::Command updateSettings(const v1::Settings &settings)
{
    v1::Command command;
    command.set_etag(settings.revision());
    *command.mutable_update_settings() = settings;
    return command;
}

} // namespace slipway::models::commands
