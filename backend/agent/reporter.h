// What the rest of the agent tells its host: the state, happenings, and words for the log.
#pragma once

#include "backend/agent/output_collector.h"
#include "backend/sys/clock.h"

#include <functional>

namespace slipway::agent
{

class Reporter
{
public:
    using Send = std::function<void(const v1::AgentMessage &)>;

    // `status` brings the identity: deployment, name, generation.
    Reporter(const sys::Clock &clock, OutputCollector &output, v1::InstanceStatus status,
             Send send);

    // Goes out at once, before anything else is done about it. Repeating a state with the same
    // words is silent.
    void setState(v1::RoleInstance::State state, const std::string &reason = {},
                  const std::string &error_code = {});
    // Changes other fields; goes out when something really changed.
    void update(const std::function<void(v1::InstanceStatus &)> &change);
    // A visible warning: in the status for good, in the timeline, in the log.
    void warn(const std::string &kind, const std::string &message, const std::string &reaction);
    void retractWarning(const std::string &message);
    void happened(v1::Severity severity, const std::string &kind, const std::string &message,
                  const std::string &cause = {}, const std::string &reaction = {});
    void say(const std::string &text) { m_output.say(text); }
    void resend() { send(); } // the first message of a connection

    const v1::InstanceStatus &status() const { return m_status; }
    const std::string &instance() const { return m_status.name(); }

private:
    void send();

    const sys::Clock &m_clock;
    OutputCollector &m_output;
    v1::InstanceStatus m_status;
    Send m_send;
};

} // namespace slipway::agent
