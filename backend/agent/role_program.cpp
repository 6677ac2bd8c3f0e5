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
        closeEndpoints();
        m_callbacks.ended(end);
    };
    supervision.stands = m_callbacks.stands;
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

// One check a port: an endpoint is open before the instance is called ready for it.
void RoleProgram::watchPorts()
{
    m_checks.clear();
    bool ready_port_is_watched = m_settings.ready_port == 0;
    for (const Endpoint &endpoint : m_settings.endpoints) {
        const bool makes_ready = !ready_port_is_watched && endpoint.port == m_settings.ready_port;
        ready_port_is_watched = ready_port_is_watched || makes_ready;
        const std::function<void()> then = makes_ready ? m_callbacks.up : [] {};
        watchPort(endpoint.port, makes_ready, [this, endpoint, then] { open(endpoint, then); });
    }
    if (!ready_port_is_watched)
        watchPort(m_settings.ready_port, true, m_callbacks.up);
}

void RoleProgram::watchPort(std::uint32_t port, bool makes_ready, std::function<void()> accepts)
{
    PortCheck::Callbacks callbacks;
    callbacks.accepts = std::move(accepts);
    if (makes_ready)
        callbacks.slow = [this] {
            m_callbacks.slow();
            if (m_settings.ready_when_slow)
                m_callbacks.up();
        };
    m_checks.push_back(std::make_unique<PortCheck>(
        m_context.io, [port] { return portAccepts(port); }, std::move(callbacks)));
}

void RoleProgram::open(const Endpoint &endpoint, const std::function<void()> &then)
{
    m_context.endpoints.request(
        endpoint.name, [this, endpoint, then](sys::ListeningSocket socket, const std::string &) {
            join(endpoint, std::move(socket));
            then();
        });
}

void RoleProgram::join(const Endpoint &endpoint, sys::ListeningSocket socket)
{
    auto joint = std::make_unique<Joint>(m_context.io, std::move(socket),
                                         tcpEndpoint("127.0.0.1", endpoint.port));
    if (const Result<void> listening = joint->listen(); !listening)
        return m_context.reporter.warn("EndpointNotBound",
                                       "The endpoint " + endpoint.name +
                                           " cannot be reached: " + listening.error().message(),
                                       "Reboot the instance to try again.");
    m_joints[endpoint.name] = std::move(joint);
    m_context.endpoints.open(endpoint.name);
}

void RoleProgram::closeEndpoints()
{
    m_checks.clear();
    for (const Endpoint &endpoint : m_settings.endpoints)
        m_context.endpoints.forget(endpoint.name);
    for (auto &[endpoint, joint] : std::exchange(m_joints, {})) {
        joint = nullptr; // refused at once
        m_context.endpoints.close(endpoint);
    }
}

void RoleProgram::stop(int signal)
{
    m_supervisor->stop(signal);
}

} // namespace slipway::agent
