#include "backend/agent/role_program.h"

#include "backend/agent/processes.h"

namespace slipway::agent
{

RoleProgram::RoleProgram(const AgentContext &context, Settings settings, RestartPolicy policy,
                         Callbacks callbacks)
    : m_context(context), m_settings(std::move(settings)), m_callbacks(std::move(callbacks))
{
    Supervisor::Callbacks supervision;
    supervision.started = [this](int pid) { started(pid); };
    supervision.ended = [this](const ProgramEnd &end) {
        m_checks.clear();
        m_callbacks.ended(end);
        closeEndpoints();
    };
    m_supervisor = std::make_unique<Supervisor>(context, m_settings.request, policy, supervision);
}

void RoleProgram::start()
{
    m_supervisor->start();
}

void RoleProgram::started(int pid)
{
    m_callbacks.started(pid);
    watchPorts();
    if (m_settings.ready_port == 0)
        m_callbacks.up();
}

void RoleProgram::watchPorts()
{
    m_checks.clear();
    if (const std::uint32_t port = m_settings.ready_port; port != 0) {
        PortCheck::Callbacks callbacks{m_callbacks.up, [this] {
                                           m_callbacks.slow();
                                           if (m_settings.ready_when_slow)
                                               m_callbacks.up();
                                       }};
        m_checks.push_back(std::make_unique<PortCheck>(
            m_context.io, [port] { return portAccepts(port); }, callbacks));
    }
    for (const Endpoint &endpoint : m_settings.endpoints)
        m_checks.push_back(std::make_unique<PortCheck>(
            m_context.io, [port = endpoint.port] { return portAccepts(port); },
            PortCheck::Callbacks{[this, endpoint] { open(endpoint); }, {}}));
}

void RoleProgram::open(const Endpoint &endpoint)
{
    auto joint = std::make_unique<Joint>(m_context.io, endpoint.socket,
                                         tcpEndpoint("127.0.0.1", endpoint.port));
    if (const Result<void> listening = joint->listen(); !listening)
        return m_context.reporter.warn("EndpointNotBound",
                                       "The endpoint " + endpoint.name +
                                           " cannot be reached: " + listening.error().message(),
                                       "Reboot the instance to try again.");
    m_joints.push_back(std::move(joint));
}

void RoleProgram::closeEndpoints()
{
    m_checks.clear();
    m_joints.clear();
}

void RoleProgram::stop(int signal)
{
    m_supervisor->stop(signal);
}

} // namespace slipway::agent
