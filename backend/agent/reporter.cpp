#include "backend/agent/reporter.h"

#include <algorithm>

namespace slipway::agent
{

Reporter::Reporter(const sys::Clock &clock, OutputCollector &output, v1::InstanceStatus status,
                   Send send)
    : m_clock(clock), m_output(output), m_status(std::move(status)), m_send(std::move(send))
{
    m_status.set_state_time_ms(m_clock.wallMs());
}

void Reporter::send()
{
    v1::AgentMessage message;
    *message.mutable_status() = m_status;
    m_send(message);
}

void Reporter::setState(v1::RoleInstance::State state, const std::string &reason,
                        const std::string &error_code)
{
    if (m_status.state() == state && m_status.reason() == reason &&
        m_status.error_code() == error_code)
        return;
    const bool moved = m_status.state() != state;
    if (moved)
        m_status.set_state_time_ms(m_clock.wallMs());
    m_status.set_state(state);
    m_status.set_reason(toUtf8(reason));
    m_status.set_error_code(error_code);
    if (state != v1::RoleInstance::CyclingRole && state != v1::RoleInstance::RestartingRole &&
        state != v1::RoleInstance::FailedStartingRole)
        m_status.set_next_start_time_ms(0);
    send();
    if (moved || !reason.empty())
        say(v1::RoleInstance::State_Name(state) + (reason.empty() ? "" : ": " + reason));
}

void Reporter::update(const std::function<void(v1::InstanceStatus &)> &change)
{
    const std::string before = m_status.SerializeAsString();
    change(m_status);
    if (m_status.SerializeAsString() != before)
        send();
}

void Reporter::warn(const std::string &kind, const std::string &message,
                    const std::string &reaction)
{
    const auto &warnings = m_status.warnings();
    if (std::find(warnings.begin(), warnings.end(), message) != warnings.end())
        return;
    update([&message](v1::InstanceStatus &status) { status.add_warnings(toUtf8(message)); });
    happened(v1::WARNING, kind, message, {}, reaction);
}

void Reporter::retractWarning(const std::string &message)
{
    update([&message](v1::InstanceStatus &status) {
        auto *warnings = status.mutable_warnings();
        warnings->erase(std::remove(warnings->begin(), warnings->end(), message), warnings->end());
    });
}

void Reporter::happened(v1::Severity severity, const std::string &kind, const std::string &message,
                        const std::string &cause, const std::string &reaction)
{
    v1::AgentMessage envelope;
    v1::Happening &happening = *envelope.mutable_happening();
    happening.set_deployment_id(m_status.deployment_id());
    happening.set_instance(m_status.name());
    happening.set_time_ms(m_clock.wallMs());
    happening.set_severity(severity);
    happening.set_kind(kind);
    happening.set_message(toUtf8(message));
    happening.set_cause(toUtf8(cause));
    happening.set_reaction(toUtf8(reaction));
    m_send(envelope);
    say(message + (cause.empty() ? "" : " Cause: " + cause + ".") +
        (reaction.empty() ? "" : " " + reaction));
}

} // namespace slipway::agent
