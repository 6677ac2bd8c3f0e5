#include "backend/agent/supervisor.h"

#include <sys/wait.h>

namespace slipway::agent
{

namespace
{

constexpr int kNotStarted = 127 << 8; // the wait status of a shell that did not find its program

int exitCodeOf(int wait_status)
{
    if (WIFSIGNALED(wait_status))
        return 128 + WTERMSIG(wait_status);
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;
}

} // namespace

Supervisor::Supervisor(const AgentContext &context, sys::SpawnRequest request, RestartPolicy policy,
                       Callbacks callbacks)
    : m_context(context), m_request(std::move(request)), m_policy(policy),
      m_callbacks(std::move(callbacks)), m_timer(context.io), m_alive(std::make_shared<bool>(true))
{
}

Supervisor::~Supervisor()
{
    *m_alive = false;
}

void Supervisor::start()
{
    if (m_pid == 0 && !m_stopping)
        launch();
}

void Supervisor::launch()
{
    m_start_ms = m_context.clock.steadyMs();
    const Result<int> pid =
        startCaptured(m_context, m_request, [this, alive = m_alive](int wait_status) {
            if (*alive)
                ended(wait_status, sys::describeExit(wait_status));
        });
    if (!pid)
        return ended(kNotStarted, pid.error().message());
    m_pid = *pid;
    m_callbacks.started(m_pid);
}

void Supervisor::ended(int wait_status, const std::string &words)
{
    const std::int64_t now_ms = m_context.clock.steadyMs();
    const int pid = std::exchange(m_pid, 0);
    ProgramEnd end{pid, wait_status, exitCodeOf(wait_status), words, words};
    if (!m_stopping) {
        const RestartDecision decision = m_policy.ended(now_ms, now_ms - m_start_ms);
        end.decision = describeDecision(words, decision, m_policy.windowMs());
        end.cycling = decision.cycling;
        end.delay_ms = decision.delay_ms;
    }
    m_callbacks.ended(end);
    if (pid != 0)
        m_context.children.killFamily(pid); // its leftovers could hold the port
    if (m_stopping)
        return;
    m_timer.expires_after(std::chrono::milliseconds(end.delay_ms));
    m_timer.async_wait([this, alive = m_alive](std::error_code error) {
        if (!error && *alive && !m_stopping)
            launch();
    });
}

void Supervisor::stop(int signal)
{
    m_stopping = true;
    m_timer.cancel();
    if (m_pid != 0)
        m_context.children.signal(m_pid, signal);
}

} // namespace slipway::agent
