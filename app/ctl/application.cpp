#include "app/ctl/application.h"

#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/terminal_border.h"

#include <algorithm>
#include <iostream>

namespace slipway::ctl
{

namespace
{

// Global options are understood behind a command, too: `slipwayctl swap shop --wait`.
void addGlobalOptions(CLI::App &app, GlobalOptions &options)
{
    app.fallthrough();
    app.set_version_flag("--version", "slipwayctl " SLIPWAY_VERSION);
    auto *socket =
        app.add_option("--socket", options.socket, "The fabric's Unix socket")->type_name("PATH");
    app.add_option("--connect", options.connect, "The fabric's address (this machine only)")
        ->type_name("HOST:PORT")
        ->excludes(socket);
    app.add_flag("--json", options.json, "Print JSON");
    app.add_flag("--wait", options.wait, "Wait until the operation has ended");
    app.add_option("--timeout", options.timeout_s, "Limit of --wait in seconds")
        ->type_name("S")
        ->check(CLI::Range(0.0, 1e7).description(""))
        ->capture_default_str();
}

void addCommands(CLI::App &app, Context &context)
{
    app.require_subcommand(1);
    addServiceCommands(app, context);
    addPackageCommands(app, context);
    addDeployCommand(app, context);
    addSlotCommands(app, context);
    addInstanceCommands(app, context);
    addFabricCommands(app, context);
    addSettingsCommands(app, context);
    addOperationCommands(app, context);
    addEventCommands(app, context);
    addLogCommands(app, context);
    addWatchCommands(app, context);
    addTopCommand(app, context);
    addCompletionCommand(app, context);
}

ExitCode exitCode(const v1::Error &error)
{
    static const std::vector<std::string> kUsage = {"USAGE", "NOT_LOOPBACK", "ADDRESS_INVALID",
                                                    "SOCKET_PATH_TOO_LONG"};
    if (std::find(kUsage.begin(), kUsage.end(), error.reason()) != kUsage.end())
        return kExitUsage;
    // A fabric that says what it cannot do just now does answer.
    if (error.reason() == "FABRIC_UNREACHABLE")
        return kExitUnreachable;
    if (error.code() == v1::Error::DEADLINE_EXCEEDED)
        return kExitTimedOut;
    return kExitRefused;
}

int parseFailure(const CLI::App &app, const CLI::ParseError &error, std::ostream &out,
                 std::ostream &err)
{
    if (error.get_exit_code() == 0) {
        app.exit(error, out, err); // --help, --version
        return kExitDone;
    }
    err << "slipwayctl: " << error.what() << " (slipwayctl --help shows what there is)\n";
    return kExitUsage;
}

} // namespace

int run(const std::vector<std::string> &arguments, std::ostream &stdout_stream,
        std::ostream &stderr_stream)
{
    TerminalBorder out(stdout_stream);
    TerminalBorder err(stderr_stream);
    Context context(out, err);
    CLI::App app("The command line of Slipway", "slipwayctl");
    addGlobalOptions(app, context.options);
    addCommands(app, context);
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(std::move(reversed));
    } catch (const CLI::ParseError &error) {
        return parseFailure(app, error, out, err);
    }
    const Result<void> done = context.action(context);
    out.flush();
    if (done)
        return kExitDone;
    printError(err, done.error());
    err.flush();
    return exitCode(done.error());
}

int run(int argc, char **argv)
{
    return run({argv + std::min(argc, 1), argv + argc}, std::cout, std::cerr);
}

} // namespace slipway::ctl
