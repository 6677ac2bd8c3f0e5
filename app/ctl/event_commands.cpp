#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/words.h"

#include <algorithm>

namespace slipway::ctl
{

namespace
{

constexpr std::uint32_t kPageMax = 1000; // the fabric gives no more at once

struct EventOptions {
    std::string service;
    std::string instance;
    v1::SlotKind slot = v1::SLOT_UNSPECIFIED;
    std::uint32_t limit = 200;
};

// Newest first, page by page.
Result<std::vector<v1::Event>> read(Context &context, v1::EventsRequest request,
                                    std::uint32_t limit)
{
    std::vector<v1::Event> events;
    while (events.size() < limit) {
        request.set_limit(std::min(kPageMax, limit - std::uint32_t(events.size())));
        const auto reply = context.session().await<v1::EventsReply>(
            [&](auto done) { context.session().client().listEvents(request, std::move(done)); });
        if (!reply)
            return Failure(reply.error());
        events.insert(events.end(), reply->events().begin(), reply->events().end());
        if (std::uint32_t(reply->events_size()) < request.limit())
            break;
        request.set_before_id(events.back().id());
    }
    return events;
}

Result<v1::EventsRequest> requestFor(Context &context, const EventOptions &options)
{
    v1::EventsRequest request;
    if (options.service.empty() && options.slot != v1::SLOT_UNSPECIFIED)
        return failure(v1::Error::INVALID_ARGUMENT, "SERVICE_MISSING",
                       "A slot belongs to a service: name the service, too.");
    if (options.service.empty())
        return request; // of the whole fabric
    const auto found = context.session().service(options.service);
    if (!found)
        return Failure(found.error());
    request.set_service(options.service);
    request.set_instance(options.instance);
    if (options.slot == v1::SLOT_UNSPECIFIED)
        return request;
    const std::string &deployment_id = slotIn(found->service, options.slot).deployment_id();
    if (deployment_id.empty())
        return failure(v1::Error::NOT_FOUND, "SLOT_EMPTY",
                       "Nothing is deployed to " + slotName(options.slot) + " of " +
                           options.service + ". Leave --slot out for all events of the service.",
                       options.service);
    request.set_deployment_id(deployment_id);
    return request;
}

Result<void> events(Context &context, const EventOptions &options)
{
    const auto request = requestFor(context, options);
    if (!request)
        return Failure(request.error());
    auto found = read(context, *request, options.limit);
    if (!found)
        return Failure(found.error());
    std::reverse(found->begin(), found->end()); // as a timeline reads
    if (context.options.json) {
        printJson(context.out, listJson(*found, eventJson));
        return {};
    }
    Table table({"TIME", "KIND", "WHERE", "WHAT", "CAUSE", "REACTION"});
    for (const v1::Event &event : *found)
        table.add({clockTime(event.time_ms()),
                   {event.kind(), toneOf(event.severity())},
                   event.instance().empty() ? event.host() : event.instance(),
                   event.message(),
                   event.cause(),
                   event.reaction()});
    table.print(context.out, coloursWanted());
    return {};
}

} // namespace

void addEventCommands(CLI::App &app, Context &context)
{
    const auto options = std::make_shared<EventOptions>();
    CLI::App *command =
        app.add_subcommand("events", "What happened to a service, or to the whole fabric");
    command->add_option("service", options->service, "Without one: of the whole fabric")
        ->type_name("SERVICE");
    command->add_option("instance", options->instance)->type_name("INSTANCE");
    addSlotOption(command, options->slot);
    command->add_option("--limit", options->limit, "The newest so many")
        ->type_name("N")
        ->capture_default_str();
    onParsed(command, context, options, events);
}

} // namespace slipway::ctl
