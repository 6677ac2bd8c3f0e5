// Instance: what its agent says, and what the controller hears of it.
#include "backend/host/instance.h"

#include "backend/sys/sandbox_processes.h"
#include "backend/sys/text.h"

namespace slipway::host
{

using v1::RoleInstance;

namespace
{

bool isBetweenPrograms(RoleInstance::State state)
{
    return state == RoleInstance::RestartingRole || state == RoleInstance::CyclingRole ||
           state == RoleInstance::FailedStartingRole;
}

// Targets come with the agent's own paths; only their file name means something here.
void moveTarget(v1::EndpointTarget &target, const std::filesystem::path &own_folder)
{
    constexpr std::string_view kUnix = "unix:";
    if (!target.target().starts_with(kUnix))
        return;
    const std::filesystem::path inner = target.target().substr(kUnix.size());
    target.set_target(std::string(kUnix) + (own_folder / inner.filename()).string());
}

} // namespace

void Instance::agentSaid(v1::AgentMessage &message)
{
    m_silence.heard();
    switch (message.body_case()) {
    case v1::AgentMessage::kStatus:
        return agentReported(message.status());
    case v1::AgentMessage::kHappening: {
        v1::HostMessage up;
        *up.mutable_happening() = message.happening();
        up.mutable_happening()->set_deployment_id(m_wanted.deployment_id());
        up.mutable_happening()->set_instance(m_wanted.name());
        return m_context.send(up);
    }
    case v1::AgentMessage::kMetrics: {
        v1::MetricSample sample = message.metrics();
        sample.set_deployment_id(m_wanted.deployment_id());
        sample.set_instance(m_wanted.name());
        return m_context.sample(sample);
    }
    case v1::AgentMessage::kLog:
        return agentLogged(message.log());
    default:
        return;
    }
}

void Instance::agentReported(const v1::InstanceStatus &report_inside)
{
    v1::InstanceStatus next = report_inside;
    next.set_deployment_id(m_wanted.deployment_id());
    next.set_name(m_wanted.name());
    next.set_generation(m_running.generation());
    next.set_agent_pid(m_first_pid);
    next.set_program_pid(translatedPid(report_inside.program_pid()));
    next.set_isolation(m_status.isolation());
    next.set_present(true);
    m_agent_restarts = report_inside.restarts();
    next.set_restarts(m_restarts + m_agent_restarts);
    for (v1::EndpointTarget &target : *next.mutable_targets())
        moveTarget(target, ownFolder());
    if (next.state_time_ms() == 0)
        next.set_state_time_ms(m_context.clock.wallMs());
    if (isBetweenPrograms(next.state()) && (noticeOutOfMemory() || m_was_out_of_memory)) {
        next.set_error_code("OutOfMemory");
        next.set_reason("It ran out of memory. " + next.reason());
    } else if (!isBetweenPrograms(next.state())) {
        m_was_out_of_memory = false;
    }
    // Only the host can say that nothing of it runs any more.
    if (next.state() == RoleInstance::StoppedVM)
        next.set_state(RoleInstance::StoppingVM);
    const bool is_stop =
        next.state() == RoleInstance::StoppingRole || next.state() == RoleInstance::StoppingVM;
    if (m_phase == Phase::Stopping && !is_stop)
        return;
    m_status = std::move(next);
    report();
}

std::int32_t Instance::translatedPid(std::int32_t inner_pid)
{
    if (inner_pid == 0 || !m_sandbox || !m_sandbox->translatesPids()) {
        m_inner_program_pid = 0;
        return inner_pid;
    }
    const bool is_known = inner_pid == m_inner_program_pid && m_status.program_pid() != 0;
    m_inner_program_pid = inner_pid;
    return is_known ? m_status.program_pid() : sys::outerPid(m_first_pid, inner_pid);
}

void Instance::agentLogged(const v1::AgentLog &log)
{
    for (const v1::LogLine &line : log.lines())
        m_log->append(line);
    m_log->flush();
}

void Instance::logLine(const std::string &text)
{
    v1::LogLine line;
    line.set_time_us(sys::wallUs());
    line.set_stream(v1::LogLine::AGENT);
    line.set_text(sys::toUtf8(text));
    m_log->append(line);
    m_log->flush();
}

void Instance::setState(RoleInstance::State state, const std::string &reason)
{
    if (m_status.state() != state)
        m_status.set_state_time_ms(m_context.clock.wallMs());
    m_status.set_state(state);
    m_status.set_reason(sys::toUtf8(reason)); // it may quote what the runtime printed
    report();
}

void Instance::report()
{
    v1::HostMessage message;
    *message.mutable_status() = m_status;
    m_context.send(message);
}

void Instance::tell(v1::Severity severity, const std::string &kind, const std::string &message,
                    const std::string &cause, const std::string &reaction)
{
    v1::HostMessage up;
    v1::Happening &happening = *up.mutable_happening();
    happening.set_deployment_id(m_wanted.deployment_id());
    happening.set_instance(m_wanted.name());
    happening.set_time_ms(m_context.clock.wallMs());
    happening.set_severity(severity);
    happening.set_kind(kind);
    happening.set_message(sys::toUtf8(message));
    happening.set_cause(sys::toUtf8(cause));
    happening.set_reaction(reaction);
    m_context.send(up);
}

} // namespace slipway::host
