#include "backend/agent/agent_context.h"

#include <unistd.h>

namespace slipway::agent
{

Result<int> startCaptured(const AgentContext &context, sys::SpawnRequest request,
                          Children::OnExit on_exit)
{
    request.stdout_fd = context.output.openPipe(v1::LogLine::OUT);
    request.stderr_fd = context.output.openPipe(v1::LogLine::ERR);
    request.clear_environment = true;
    const Result<int> pid = context.children.start(request, std::move(on_exit));
    for (const int end : {request.stdout_fd, request.stderr_fd})
        if (end >= 0)
            close(end);
    return pid;
}

} // namespace slipway::agent
