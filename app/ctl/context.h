// What every command gets: the global options, the fabric, and where to write.
#pragma once

#include "app/ctl/session.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <ostream>

namespace slipway::ctl
{

struct GlobalOptions {
    std::string socket;  // empty: sys::defaultSocket()
    std::string connect; // HOST:PORT instead of a socket
    bool json = false;
    bool wait = false;
    double timeout_s = 600; // of --wait
};

// Commands choose an action while the command line is parsed; it runs once all of it is understood.
struct Context {
    using Action = std::function<Result<void>(Context &)>;

    Context(std::ostream &out_stream, std::ostream &error_stream)
        : out(out_stream), err(error_stream)
    {
    }

    // Connects at the first call.
    Session &session();

    GlobalOptions options;
    Action action;
    std::ostream &out;
    std::ostream &err;

private:
    std::unique_ptr<Session> m_session;
};

// A command's options live as long as its CLI::App, which holds them in its callback.
template <typename Options, typename Run>
void onParsed(CLI::App *command, Context &context, const std::shared_ptr<Options> &options, Run run)
{
    command->callback([&context, options, run] {
        context.action = [options, run](Context &c) { return run(c, *options); };
    });
}

// A wrong command line that only shows after parsing; exit code 2.
Failure usageError(const std::string &message);

// "production", "staging" or (not given) SLOT_UNSPECIFIED.
void addSlotOption(CLI::App *command, v1::SlotKind &slot);

} // namespace slipway::ctl
