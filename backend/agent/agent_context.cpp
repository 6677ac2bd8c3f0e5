#include "backend/agent/agent_context.h"

#include "backend/agent/command_line.h"

#include <unistd.h>

namespace slipway::agent
{

namespace
{

// Without isolation the host knows an instance's processes by marks in their environment.
void keepHostsMarks(Environment &environment)
{
    for (char **entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        if (text.starts_with("SLIPWAY_") && text.find('=') != std::string_view::npos)
            environment.try_emplace(std::string(text.substr(0, text.find('='))),
                                    text.substr(text.find('=') + 1));
    }
}

// Programs open /dev/stdout and /dev/stderr by name, which asks who owns the pipe.
void letOpenAgain(const sys::SpawnRequest &request)
{
    if (!request.identity || !request.identity->change_user)
        return;
    for (const int end : {request.stdout_fd, request.stderr_fd})
        if (end >= 0 && fchown(end, request.identity->user, request.identity->group) != 0)
            return; // they can be written to all the same
}

} // namespace

Result<int> startCaptured(const AgentContext &context, sys::SpawnRequest request,
                          Children::OnExit on_exit, const std::shared_ptr<LastWords> &words)
{
    request.stdout_fd = context.output.openPipe(v1::LogLine::OUT);
    request.stderr_fd = context.output.openPipe(
        v1::LogLine::ERR, [words](const std::string &line) { words->add(line); });
    if (request.stdout_fd < 0 || request.stderr_fd < 0) { // never the agent's own way to its host
        for (const int end : {request.stdout_fd, request.stderr_fd})
            if (end >= 0)
                close(end);
        return failure(v1::Error::INTERNAL, "SPAWN_FAILED",
                       "Cannot start " + request.arguments[0] +
                           ": no pipe for its output. Are too many files open?",
                       request.arguments[0]);
    }
    letOpenAgain(request);
    request.clear_environment = true;
    keepHostsMarks(request.environment);
    const Result<int> pid = context.children.start(
        request, [&output = context.output, on_exit = std::move(on_exit)](int wait_status) {
            output.readNow();
            on_exit(wait_status);
        });
    for (const int end : {request.stdout_fd, request.stderr_fd})
        if (end >= 0)
            close(end);
    return pid;
}

} // namespace slipway::agent
