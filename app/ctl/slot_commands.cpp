// What changes a slot: swap, scale, resize, balance, start, stop, delete.
#include "app/ctl/commands.h"
#include "app/ctl/output.h"

namespace slipway::ctl
{

namespace
{

struct SlotOptions {
    std::string service;
    std::string role;
    std::string size;
    std::uint32_t count = 0;
    v1::SlotKind slot = v1::SLOT_UNSPECIFIED;
    bool validate_only = false;
    bool accept_single_instance = false;
};
using OptionsPtr = std::shared_ptr<SlotOptions>;

v1::SlotKind slotOf(const SlotOptions &options)
{
    return options.slot == v1::SLOT_UNSPECIFIED ? v1::PRODUCTION : options.slot;
}

Result<void> swap(Context &context, const SlotOptions &options)
{
    v1::Command command;
    command.set_validate_only(options.validate_only);
    command.mutable_swap()->set_service(options.service);
    return runCommand(context, std::move(command));
}

Result<v1::RoleGoal> presentGoal(Context &context, const SlotOptions &options)
{
    const auto found = context.session().service(options.service);
    if (!found)
        return Failure(found.error());
    // Not any deployment of this slot: one that was replaced may still be on its way out.
    const v1::Slot &slot = slotIn(found->service, slotOf(options));
    if (const v1::Deployment *deployment = found->snapshot.deployment(slot.deployment_id()))
        for (const v1::RoleGoal &goal : deployment->goals())
            if (goal.role() == options.role)
                return goal;
    return failure(v1::Error::NOT_FOUND, "ROLE_NOT_FOUND",
                   "There is no role " + options.role + " in the " +
                       (slotOf(options) == v1::STAGING ? "staging" : "production") + " slot of " +
                       options.service + ". \"slipwayctl service show " + options.service +
                       "\" names its roles.",
                   options.role);
}

Result<void> changeRole(Context &context, const SlotOptions &options)
{
    auto goal = presentGoal(context, options);
    if (!goal)
        return Failure(goal.error());
    if (options.size.empty())
        goal->set_instance_count(options.count);
    else
        goal->set_size(options.size);
    v1::Command command;
    command.set_validate_only(options.validate_only);
    v1::ChangeRoles &body = *command.mutable_change_roles();
    body.set_service(options.service);
    body.set_slot(slotOf(options));
    body.set_accept_single_instance(options.accept_single_instance);
    *body.add_goals() = *std::move(goal);
    return runCommand(context, std::move(command));
}

Result<void> balance(Context &context, const SlotOptions &options)
{
    v1::Command command;
    command.set_validate_only(options.validate_only);
    v1::BalanceRole &body = *command.mutable_balance_role();
    body.set_service(options.service);
    body.set_slot(slotOf(options));
    body.set_role(options.role);
    return runCommand(context, std::move(command));
}

using Target = v1::DeploymentTarget *(v1::Command::*)();

CLI::App *addTo(CLI::App &parent, const char *name, const char *description,
                const OptionsPtr &options)
{
    CLI::App *command = parent.add_subcommand(name, description);
    command->add_option("service", options->service)->required()->type_name("SERVICE");
    return command;
}

void addDeploymentCommand(CLI::App &group, Context &context, const OptionsPtr &options,
                          const char *name, const char *description, Target target)
{
    CLI::App *command = addTo(group, name, description, options);
    addSlotOption(command, options->slot);
    onParsed(command, context, options, [target](Context &c, const SlotOptions &o) {
        v1::Command message;
        v1::DeploymentTarget &body = *(message.*target)();
        body.set_service(o.service);
        body.set_slot(slotOf(o));
        return runCommand(c, std::move(message));
    });
}

void addPreview(CLI::App *command, const OptionsPtr &options)
{
    command->add_flag("--validate-only", options->validate_only, "Only say what would happen");
}

void addRoleCommand(CLI::App *command, Context &context, const OptionsPtr &options)
{
    addSlotOption(command, options->slot);
    command->add_flag("--accept-single-instance", options->accept_single_instance,
                      "Also when one instance is left, which every update interrupts");
    addPreview(command, options);
    onParsed(command, context, options, changeRole);
}

} // namespace

void addSlotCommands(CLI::App &app, Context &context)
{
    const auto options = std::make_shared<SlotOptions>();
    CLI::App *swapped = addTo(app, "swap", "Exchange production and staging", options);
    addPreview(swapped, options);
    onParsed(swapped, context, options, swap);

    CLI::App *scaled = addTo(app, "scale", "Change a role's number of instances", options);
    scaled->add_option("role", options->role)->required()->type_name("ROLE");
    scaled->add_option("count", options->count)
        ->required()
        ->check(CLI::Range(1u, 10000u).description(""))
        ->type_name("COUNT");
    addRoleCommand(scaled, context, options);

    CLI::App *resized = addTo(app, "resize", "Change a role's VM size", options);
    resized->add_option("role", options->role)->required()->type_name("ROLE");
    resized->add_option("size", options->size, "See \"slipwayctl sizes\"")
        ->required()
        ->type_name("SIZE");
    addRoleCommand(resized, context, options);

    CLI::App *balanced =
        addTo(app, "balance", "Spread a role over hosts and fault domains again", options);
    balanced->add_option("role", options->role)->required()->type_name("ROLE");
    addSlotOption(balanced, options->slot);
    addPreview(balanced, options);
    onParsed(balanced, context, options, balance);

    CLI::App *group = app.add_subcommand("deployment", "The deployment in a slot");
    group->require_subcommand(1);
    addDeploymentCommand(*group, context, options, "start", "Start its instances",
                         &v1::Command::mutable_start_deployment);
    addDeploymentCommand(*group, context, options, "stop", "Stop its instances",
                         &v1::Command::mutable_stop_deployment);
    addDeploymentCommand(*group, context, options, "delete", "Delete it",
                         &v1::Command::mutable_delete_deployment);
}

} // namespace slipway::ctl
