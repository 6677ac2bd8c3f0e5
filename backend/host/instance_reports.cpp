// Instance: what its agent says, and what the controller hears of it.
#include "backend/host/instance.h"

#include "backend/host/agent_words.h"
#include "backend/sys/sandbox_processes.h"
#include "backend/sys/text.h"

#include <algorithm>

namespace slipway::host
{

using v1::RoleInstance;

namespace
{

constexpr std::uint32_t kProtocol = 1;
constexpr std::chrono::milliseconds kReadOnPause{100};
constexpr std::size_t kLineWeight = 256; // of one that is empty: it is written at once
constexpr int kLinesMax = 256;           // of a message; four times what an agent collects

bool isBetweenPrograms(RoleInstance::State state)
{
    return state == RoleInstance::RestartingRole || state == RoleInstance::CyclingRole ||
           state == RoleInstance::FailedStartingRole;
}

} // namespace

void Instance::agentSaid(v1::AgentMessage &message, std::size_t weight)
{
    m_silence.heard();
    weigh(weight);
    switch (message.body_case()) {
    case v1::AgentMessage::kHello:
        return agentGreeted(message.hello());
    case v1::AgentMessage::kEndpoint:
        return endpointChanged(message.endpoint());
    case v1::AgentMessage::kStatus:
        return agentReported(message.status());
    case v1::AgentMessage::kHappening:
        return agentTold(message.happening());
    case v1::AgentMessage::kMetrics:
        return agentMeasured(message.metrics());
    case v1::AgentMessage::kLog:
        return agentLogged(message.log());
    default:
        return m_gate.drop();
    }
}

// Its standard streams are as much in its hand as its channel: one budget for both.
void Instance::printed(const std::string &line)
{
    weigh(line.size() + kLineWeight);
    logLine(line);
}

// An agent that says too much waits, as a program does at a full pipe: nobody else has to.
void Instance::weigh(std::size_t bytes)
{
    if (m_gate.admit(m_context.clock.steadyMs(), bytes))
        return;
    if (m_link)
        m_link->hold();
    if (m_sandbox)
        m_sandbox->holdOutput();
    readOnLater();
}

void Instance::readOnLater()
{
    m_read_on.expires_after(kReadOnPause);
    m_read_on.async_wait([this](std::error_code error) {
        if (error)
            return;
        m_silence.heard(); // it is the host that does not listen
        if (!m_gate.mayReadOn(m_context.clock.steadyMs()))
            return readOnLater();
        if (m_link)
            m_link->goOn();
        if (m_sandbox)
            m_sandbox->readOutputOn();
    });
}

void Instance::tellDropped()
{
    const std::uint64_t dropped = m_gate.takeDropped(m_context.clock.steadyMs());
    if (dropped == 0)
        return;
    tell(v1::WARNING, "ReportsDropped",
         m_wanted.name() + ": " + std::to_string(dropped) + " reports were dropped",
         "its agent said more than an agent may, or what no agent may say",
         "Reimage the instance if this goes on: its program may have taken over its agent");
}

void Instance::agentTold(const v1::Happening &said)
{
    auto happening = believedHappening(said, m_context.clock.wallMs());
    if (!happening || !m_gate.happenings.take(m_context.clock.steadyMs()))
        return m_gate.drop();
    v1::HostMessage up;
    *up.mutable_happening() = std::move(*happening);
    up.mutable_happening()->set_deployment_id(m_wanted.deployment_id());
    up.mutable_happening()->set_instance(m_wanted.name());
    m_context.send(up);
}

void Instance::agentMeasured(const v1::MetricSample &said)
{
    if (!m_gate.samples.take(m_context.clock.steadyMs()))
        return m_gate.drop();
    v1::MetricSample sample =
        believedSample(said, m_running.size().memory_bytes(), m_context.clock.wallMs());
    sample.set_deployment_id(m_wanted.deployment_id());
    sample.set_instance(m_wanted.name());
    m_context.sample(sample);
}

void Instance::agentGreeted(const v1::AgentHello &hello)
{
    if (m_greeted)
        return;
    m_greeted = hello.protocol() == kProtocol;
    linkUp();
}

// Where an endpoint leads is the host's own knowledge: the agent only says that it serves it.
void Instance::endpointChanged(const v1::EndpointState &state)
{
    const auto &endpoints = m_running.role().endpoints();
    const auto endpoint =
        std::find_if(endpoints.begin(), endpoints.end(), [&](const v1::Endpoint &one) {
            return one.name() == state.endpoint() && one.protocol() != v1::UDP;
        });
    if (!m_link || endpoint == endpoints.end() ||
        !m_gate.endpoints.take(m_context.clock.steadyMs()))
        return m_gate.drop();
    const Result<bool> fresh = m_sockets.say(endpoint->name(), state.open());
    if (!fresh && std::exchange(m_unbound, endpoint->name()) != endpoint->name())
        tell(v1::ERROR, "EndpointNotBound",
             m_wanted.name() + ": the endpoint " + endpoint->name() + " cannot be reached",
             fresh.error().message(), "it is tried again each second");
    if (!fresh)
        return;
    if (*fresh) {
        v1::AgentCommand command;
        command.mutable_socket()->set_endpoint(endpoint->name());
        command.mutable_socket()->set_path(m_sockets.path(endpoint->name()).string());
        m_link->send(command, m_sockets.descriptor(endpoint->name()));
    }
    if (state.open())
        addTarget(*endpoint);
}

// It stays while the sandbox does: a program that is away for a moment changes no route.
void Instance::addTarget(const v1::Endpoint &endpoint)
{
    for (const v1::EndpointTarget &known : m_status.targets())
        if (known.endpoint() == endpoint.name())
            return;
    v1::EndpointTarget &target = *m_status.add_targets();
    target.set_endpoint(endpoint.name());
    target.set_protocol(endpoint.protocol());
    target.set_target("unix:" + m_sockets.path(endpoint.name()).string());
    report();
}

void Instance::agentReported(const v1::InstanceStatus &said)
{
    auto status = believedStatus(said, m_context.clock.wallMs());
    if (!status)
        return m_gate.drop();
    if (m_gate.statuses.take(m_context.clock.steadyMs())) {
        m_late_status.reset();
        return take(std::move(*status));
    }
    if (m_late_status)
        m_gate.drop();
    m_late_status = std::move(*status);
}

void Instance::take(v1::InstanceStatus next)
{
    next.set_deployment_id(m_wanted.deployment_id());
    next.set_name(m_wanted.name());
    next.set_generation(m_running.generation());
    next.set_agent_pid(m_first_pid);
    next.set_program_pid(translatedPid(next.program_pid()));
    next.set_isolation(m_status.isolation());
    next.set_present(true);
    m_agent_restarts = next.restarts();
    next.set_restarts(m_restarts + m_agent_restarts);
    *next.mutable_targets() = m_status.targets();
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
    const int taken = std::min(log.lines_size(), kLinesMax);
    for (int i = 0; i < taken; ++i)
        m_log->append(believedLine(log.lines(i), m_wanted.name(), sys::wallUs()));
    if (taken < log.lines_size())
        m_gate.drop();
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
    // It may quote what the runtime printed.
    m_status.set_reason(sys::visible(reason, kTextBytesMax));
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
    happening.set_message(sys::visible(message, kTextBytesMax));
    happening.set_cause(sys::visible(cause, kTextBytesMax));
    happening.set_reaction(reaction);
    m_context.send(up);
}

} // namespace slipway::host
