#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/served_check.h"
#include "app/ctl/words.h"
#include "backend/sys/child_process.h"
#include "backend/sys/clock.h"
#include "backend/sys/terminal.h"

namespace slipway::ctl
{

namespace
{

struct ServiceOptions {
    std::string name;
    std::string label;
    std::string description;
    bool with_deployments = false;
    bool outside_access = false;
    bool no_browser = false;
    v1::SlotKind slot = v1::SLOT_UNSPECIFIED;
};

Result<void> create(Context &context, const ServiceOptions &options)
{
    v1::Command command;
    v1::CreateService &body = *command.mutable_create_service();
    body.set_name(options.name);
    body.set_label(options.label);
    body.set_description(options.description);
    return runCommand(context, std::move(command));
}

Result<void> remove(Context &context, const ServiceOptions &options)
{
    v1::Command command;
    command.mutable_delete_service()->set_name(options.name);
    command.mutable_delete_service()->set_delete_deployments(options.with_deployments);
    return runCommand(context, std::move(command));
}

struct Count {
    int ready = 0;
    int total = 0;
};

Count countReady(const FabricSnapshot &snapshot, const v1::Deployment &deployment)
{
    Count count;
    for (const auto &[key, instance] : snapshot.instances) {
        if (key.first != deployment.id())
            continue;
        ++count.total;
        count.ready += instance.state() == v1::RoleInstance::ReadyRole;
    }
    return count;
}

std::string slotSummary(const FabricSnapshot &snapshot, const v1::Slot &slot)
{
    const v1::Deployment *deployment = snapshot.deployment(slot.deployment_id());
    if (!deployment)
        return "-";
    const Count count = countReady(snapshot, *deployment);
    const std::string &label = deployment->label();
    return (label.empty() ? versionOf(*deployment) : label) + " (" + std::to_string(count.ready) +
           "/" + std::to_string(count.total) + " ready)";
}

std::string firstUrl(const v1::Slot &slot)
{
    for (const v1::PublicEndpoint &endpoint : slot.endpoints())
        if (const std::string url = endpointUrl(slot, endpoint); !url.empty())
            return url;
    return "-";
}

Result<void> list(Context &context, const ServiceOptions &)
{
    const auto snapshot = context.session().snapshot();
    if (!snapshot)
        return Failure(snapshot.error());
    if (context.options.json) {
        printJson(context.out, listJson(snapshot->services, [&](const auto &entry) {
                      return serviceJson(*snapshot, entry.second);
                  }));
        return {};
    }
    Table table({"NAME", "PRODUCTION", "STAGING", "ADDRESS", "LABEL"});
    for (const auto &[name, service] : snapshot->services)
        table.add({name, slotSummary(*snapshot, service.production()),
                   slotSummary(*snapshot, service.staging()), firstUrl(service.production()),
                   service.label()});
    table.print(context.out, coloursWanted());
    return {};
}

void printSlot(Context &context, const FabricSnapshot &snapshot, const v1::Slot &slot)
{
    const v1::Deployment *deployment = snapshot.deployment(slot.deployment_id());
    context.out << (slot.kind() == v1::STAGING ? "\nStaging" : "\nProduction");
    if (!deployment) {
        context.out << ": nothing deployed\n";
        return;
    }
    const Count count = countReady(snapshot, *deployment);
    context.out << "\n  label    " << printable(deployment->label()) << "\n  version  "
                << printable(versionOf(*deployment)) << "\n  package  "
                << printable(deployment->package_digest()) << "\n  status   "
                << v1::Deployment::Status_Name(deployment->status()) << ", " << count.ready
                << " of " << count.total << " ready\n  age      "
                << shortAge(deployment->create_time_ms(), sys::SystemClock().wallMs()) << '\n';
    for (const v1::RoleGoal &goal : deployment->goals())
        context.out << "  role     " << printable(goal.role()) << ": " << goal.instance_count()
                    << " x " << printable(goal.size()) << '\n';
    for (const v1::PublicEndpoint &endpoint : slot.endpoints()) {
        const std::string url = endpointUrl(slot, endpoint);
        context.out << "  address  " << (url.empty() ? "not bound yet" : printable(url)) << "  ("
                    << printable(endpoint.name()) << " of " << printable(endpoint.role()) << ')'
                    << (endpoint.reason().empty() ? "" : "  " + printable(endpoint.reason()))
                    << '\n';
    }
}

Result<void> edgeServes(Context &context)
{
    const auto status = context.session().status();
    return status ? checkEdge(*status) : Result<void>(Failure(status.error()));
}

Result<void> show(Context &context, const ServiceOptions &options)
{
    const auto found = context.session().service(options.name);
    if (!found)
        return Failure(found.error());
    const auto &[snapshot, service] = *found;
    if (context.options.json) {
        printJson(context.out, serviceJson(snapshot, service));
        return edgeServes(context);
    }
    context.out << printable(service.name())
                << (service.label().empty() ? "" : "  " + printable(service.label())) << '\n';
    if (!service.description().empty())
        context.out << printable(service.description()) << '\n';
    printSlot(context, snapshot, service.production());
    printSlot(context, snapshot, service.staging());
    return edgeServes(context);
}

Result<void> update(Context &context, const ServiceOptions &options, const CLI::App &command_line)
{
    const auto found = context.session().service(options.name);
    if (!found)
        return Failure(found.error());
    const v1::CloudService &service = found->service;
    const auto given = [&](const char *option) { return command_line.count(option) > 0; };
    v1::Command command;
    command.set_etag(service.revision());
    v1::UpdateService &body = *command.mutable_update_service();
    body.set_name(options.name);
    body.set_label(given("--label") ? options.label : service.label());
    body.set_description(given("--description") ? options.description : service.description());
    body.set_outside_access(given("--outside-access") ? options.outside_access
                                                      : service.outside_access());
    return runCommand(context, std::move(command));
}

Result<void> open(Context &context, const ServiceOptions &options)
{
    const auto found = context.session().service(options.name);
    if (!found)
        return Failure(found.error());
    const std::string url = firstUrl(slotIn(found->service, options.slot));
    if (url == "-")
        return failure(v1::Error::FAILED_PRECONDITION, "NO_ADDRESS",
                       slotName(options.slot == v1::STAGING ? v1::STAGING : v1::PRODUCTION) +
                           " of " + options.name +
                           " has no address: nothing is deployed there, or it is not bound yet. "
                           "See \"slipwayctl service show " +
                           options.name + "\".",
                       options.name);
    if (context.options.json)
        printJson(context.out, {{"url", url}});
    else
        context.out << printable(url) << '\n';
    if (options.no_browser)
        return {};
    sys::SpawnRequest request;
    request.arguments = sys::browserCommand(url);
    request.new_session = true;
    if (!sys::spawn(request))
        context.err << "slipwayctl: no browser could be started; open the address yourself.\n";
    return {};
}

using OptionsPtr = std::shared_ptr<ServiceOptions>;

CLI::App *addNamed(CLI::App &group, const char *name, const char *description,
                   const OptionsPtr &options)
{
    CLI::App *command = group.add_subcommand(name, description);
    command->add_option("name", options->name, "Name of the service")
        ->required()
        ->type_name("NAME");
    return command;
}

void addTexts(CLI::App *command, const OptionsPtr &options)
{
    command->add_option("--label", options->label, "What people call it")->type_name("TEXT");
    command->add_option("--description", options->description, "What it is for")->type_name("TEXT");
}

} // namespace

void addServiceCommands(CLI::App &app, Context &context)
{
    CLI::App *group = app.add_subcommand("service", "Cloud services");
    group->require_subcommand(1);
    const auto options = std::make_shared<ServiceOptions>();

    CLI::App *created = addNamed(*group, "create", "Create a cloud service", options);
    addTexts(created, options);
    onParsed(created, context, options, create);
    onParsed(group->add_subcommand("list", "All cloud services"), context, options, list);
    onParsed(addNamed(*group, "show", "Both slots of a service", options), context, options, show);

    CLI::App *updated = addNamed(*group, "update", "Change label, description, access", options);
    addTexts(updated, options);
    updated
        ->add_option("--outside-access", options->outside_access,
                     "Whether instances may reach outside networks")
        ->type_name("true|false");
    onParsed(updated, context, options,
             [updated](Context &c, const ServiceOptions &o) { return update(c, o, *updated); });

    CLI::App *deleted = addNamed(*group, "delete", "Delete a service", options);
    deleted->add_flag("--delete-deployments", options->with_deployments,
                      "Also when something is deployed");
    onParsed(deleted, context, options, remove);

    CLI::App *opened = addNamed(*group, "open", "Open the service in the browser", options);
    addSlotOption(opened, options->slot);
    opened->add_flag("--no-browser", options->no_browser, "Only print the address");
    onParsed(opened, context, options, open);
}

} // namespace slipway::ctl
