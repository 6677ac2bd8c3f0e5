#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/words.h"
#include "backend/sys/clock.h"

namespace slipway::ctl
{

namespace
{

struct InstanceOptions {
    std::string service;
    std::vector<std::string> instances;
    v1::SlotKind slot = v1::SLOT_UNSPECIFIED;
};
using OptionsPtr = std::shared_ptr<InstanceOptions>;

void printInstances(Context &context, const FabricSnapshot &snapshot,
                    const std::vector<v1::RoleInstance> &instances)
{
    const std::int64_t now_ms = sys::SystemClock().wallMs();
    Table table(
        {"NAME", "SLOT", "STATE", "SINCE", "SIZE", "HOST", ">FD", ">UD", ">RESTARTS", "REASON"});
    for (const v1::RoleInstance &instance : instances)
        table.add({instance.name(),
                   slotName(snapshot.slotOf(instance)),
                   {v1::RoleInstance::State_Name(instance.state()), toneOf(instance.state())},
                   shortAge(instance.state_time_ms(), now_ms),
                   instance.size(),
                   instance.host(),
                   std::to_string(instance.fault_domain()),
                   std::to_string(instance.update_domain()),
                   std::to_string(instance.restarts()),
                   instance.reason()});
    table.print(context.out, coloursWanted());
}

Result<void> list(Context &context, const InstanceOptions &options)
{
    const auto found = context.session().service(options.service);
    if (!found)
        return Failure(found.error());
    const FabricSnapshot &snapshot = found->snapshot;
    const auto instances = snapshot.instancesOf(options.service, options.slot);
    if (context.options.json)
        printJson(context.out, listJson(instances, [&](const v1::RoleInstance &instance) {
                      return instanceJson(snapshot, instance);
                  }));
    else
        printInstances(context, snapshot, instances);
    return {};
}

using Target = v1::InstanceTarget *(v1::Command::*)();

void addAction(CLI::App &group, Context &context, const OptionsPtr &options, const char *name,
               const char *description, Target target)
{
    CLI::App *command = group.add_subcommand(name, description);
    command->add_option("service", options->service)->required()->type_name("SERVICE");
    command->add_option("instance", options->instances, "One or more instances")
        ->required()
        ->type_name("INSTANCE");
    addSlotOption(command, options->slot);
    onParsed(command, context, options, [target](Context &c, const InstanceOptions &o) {
        v1::Command message;
        v1::InstanceTarget &body = *(message.*target)();
        body.set_service(o.service);
        body.set_slot(o.slot == v1::SLOT_UNSPECIFIED ? v1::PRODUCTION : o.slot);
        for (const std::string &instance : o.instances)
            body.add_instances(instance);
        return runCommand(c, std::move(message));
    });
}

} // namespace

void addInstanceCommands(CLI::App &app, Context &context)
{
    CLI::App *group = app.add_subcommand("instance", "Role instances");
    group->require_subcommand(1);
    const auto options = std::make_shared<InstanceOptions>();

    CLI::App *listed = group->add_subcommand("list", "Instances of a service");
    listed->add_option("service", options->service)->required()->type_name("SERVICE");
    addSlotOption(listed, options->slot);
    onParsed(listed, context, options, list);

    addAction(*group, context, options, "reboot", "Stop and start instances",
              &v1::Command::mutable_reboot_instances);
    addAction(*group, context, options, "reimage", "Reboot with fresh disks",
              &v1::Command::mutable_reimage_instances);
}

} // namespace slipway::ctl
