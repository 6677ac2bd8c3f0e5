#include "app/ctl/commands.h"
#include "app/ctl/operation_wait.h"
#include "app/ctl/output.h"
#include "app/ctl/words.h"

namespace slipway::ctl
{

namespace
{

struct OperationOptions {
    std::string id;
    std::string service;
    std::uint32_t limit = 50;
};

void print(Context &context, const v1::Operation &operation)
{
    if (context.options.json)
        return printJson(context.out, operationJson(operation));
    context.out << printable(operation.title()) << "\n  id        " << printable(operation.id())
                << "\n  state     "
                << coloured(v1::Operation::State_Name(operation.state()), toneOf(operation.state()),
                            coloursWanted())
                << "\n  progress  " << permilleText(operation.progress_permille())
                << (operation.phase().empty() ? "" : ", " + printable(operation.phase()))
                << "\n  started   " << clockTime(operation.start_time_ms()) << " by "
                << printable(operation.actor()) << '\n';
    if (operation.end_time_ms() > 0)
        context.out << "  ended     " << clockTime(operation.end_time_ms()) << '\n';
    if (!operation.error().message().empty())
        context.out << "  error     " << printable(operation.error().message()) << '\n';
}

Result<void> show(Context &context, const OperationOptions &options)
{
    const auto operation = context.session().findOperation(options.id);
    if (!operation)
        return Failure(operation.error());
    print(context, *operation);
    return {};
}

Result<void> wait(Context &context, const OperationOptions &options)
{
    if (auto known = context.session().findOperation(options.id); !known)
        return Failure(known.error());
    const auto ended = waitForOperation(context, options.id);
    if (!ended)
        return Failure(ended.error());
    print(context, *ended);
    return outcomeOf(*ended);
}

Result<void> cancel(Context &context, const OperationOptions &options)
{
    v1::Command command;
    command.set_cancel_operation(options.id);
    return runCommand(context, std::move(command));
}

Result<void> list(Context &context, const OperationOptions &options)
{
    v1::OperationsRequest request;
    request.set_service(options.service);
    request.set_limit(options.limit);
    const auto reply = context.session().await<v1::OperationsReply>(
        [&](auto done) { context.session().client().listOperations(request, std::move(done)); });
    if (!reply)
        return Failure(reply.error());
    if (context.options.json) {
        printJson(context.out, listJson(reply->operations(), operationJson));
        return {};
    }
    Table table({"STARTED", "STATE", "WHAT", "BY", "PHASE", "ID"});
    for (const v1::Operation &operation : reply->operations())
        table.add({clockTime(operation.start_time_ms()),
                   {v1::Operation::State_Name(operation.state()), toneOf(operation.state())},
                   operation.title(),
                   operation.actor(),
                   operation.has_error() ? operation.error().message() : operation.phase(),
                   operation.id()});
    table.print(context.out, coloursWanted());
    return {};
}

} // namespace

void addOperationCommands(CLI::App &app, Context &context)
{
    const auto options = std::make_shared<OperationOptions>();
    CLI::App *listed = app.add_subcommand("operations", "Who did what, with what result");
    listed->add_option("--service", options->service, "Of one service only")->type_name("NAME");
    listed->add_option("--limit", options->limit)->type_name("N")->capture_default_str();
    onParsed(listed, context, options, list);

    CLI::App *group = app.add_subcommand("operation", "One operation");
    group->require_subcommand(1);
    const auto add = [&](const char *name, const char *description, auto run) {
        CLI::App *command = group->add_subcommand(name, description);
        command->add_option("id", options->id)->required()->type_name("ID");
        onParsed(command, context, options, run);
    };
    add("show", "What it is and how far", show);
    add("cancel", "Call it off", cancel);
    add("wait", "Wait until it has ended (--timeout)", wait);
}

} // namespace slipway::ctl
