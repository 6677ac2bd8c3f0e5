#include "backend/agent/supervisor.h"

#include <csignal>
#include <sys/wait.h>

namespace slipway::agent
{

namespace
{

constexpr int kNotStarted = 127 << 8; // the wait status of a shell that did not find its program

constexpr char kStood[] = "was stopped by a signal (SIGSTOP), stood for 10 s, and was ended";

int exitCodeOf(int wait_status)
{
    if (WIFSIGNALED(wait_status))
        return 128 + WTERMSIG(wait_status);
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;
}

} // namespace

Supervisor::Supervisor(const AgentContext &context, sys::SpawnRequest request, RestartPolicy policy,
                       Callbacks callbacks, sys::RunReader watched)
    : m_context(context), m_request(std::move(request)), m_policy(policy),
      m_callbacks(std::move(callbacks)), m_timer(context.io), m_alive(std::make_shared<bool>(true)),
      m_standstill(context.io, context.clock, std::move(watched),
                   {[this] { m_callbacks.stands(true); }, [this] { m_callbacks.stands(false); },
                    [this] { stoodTooLong(); }})
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
    const auto words = std::make_shared<LastWords>();
    const Result<int> pid = startCaptured(
        m_context, m_request,
        [this, alive = m_alive, words](int wait_status) {
            if (*alive)
                ended(wait_status, sys::describeExit(wait_status), saying(*words, wait_status));
        },
        words);
    if (!pid)
        return ended(kNotStarted, "could not be started: " + pid.error().message(), {});
    m_pid = *pid;
    m_standstill.follow(m_pid);
    m_callbacks.started(m_pid);
}

void Supervisor::stoodTooLong()
{
    m_stood = true;
    m_context.children.signal(m_pid, SIGKILL);
}

void Supervisor::ended(int wait_status, const std::string &words, const std::string &saying)
{
    const std::int64_t now_ms = m_context.clock.steadyMs();
    const int pid = std::exchange(m_pid, 0);
    m_standstill.follow(0);
    const std::string why = std::exchange(m_stood, false) ? kStood : words;
    ProgramEnd end{pid, wait_status, exitCodeOf(wait_status), why + saying, why + saying};
    if (!m_stopping) {
        const RestartDecision decision = m_policy.ended(now_ms, now_ms - m_start_ms);
        end.decision = describeDecision(why, decision, m_policy.windowMs()) + saying;
        end.cycling = decision.cycling;
        end.delay_ms = decision.delay_ms;
    }
    m_callbacks.ended(end);
    if (m_stopping)
        return; // what it leaves has its time to end, too
    if (pid != 0)
        m_context.children.killFamily(pid); // its leftovers could hold the port
    m_timer.expires_after(std::chrono::milliseconds(end.delay_ms));
    m_timer.async_wait([this, alive = m_alive](std::error_code error) {
        if (!error && *alive && !m_stopping)
            launch();
    });
}

void Supervisor::standDown()
{
    m_stopping = true;
    m_timer.cancel();
    m_standstill.follow(0);
}

void Supervisor::stop(int signal)
{
    standDown();
    if (m_pid != 0)
        m_context.children.signal(m_pid, signal);
}

} // namespace slipway::agent
