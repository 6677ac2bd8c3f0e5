#include "backend/agent/role_program.h"

#include "backend/sys/confinement.h"

namespace slipway::agent
{

namespace
{
constexpr int kLook_ms = 1'000;
// Where the kernel keeps neighbours from the port, only the machine's own programs can take it, and
// a neighbour whom the kernel gave it unasked (listening without a name).
constexpr int kLookAtHeld_ms = 5'000;
constexpr int kHoldsPorts = 4; // version of Landlock
} // namespace

RoleProgram::RoleProgram(const AgentContext &context, Settings settings, RestartPolicy policy,
                         Callbacks callbacks)
    : m_context(context), m_settings(std::move(settings)), m_callbacks(std::move(callbacks)),
      m_look(context.io)
{
    Supervisor::Callbacks supervision;
    supervision.started = [this](int pid) { started(pid); };
    supervision.ended = [this](const ProgramEnd &end) {
        m_look.cancel();
        m_is_up = false;
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
    if (!m_context.options.isolated)
        lookAgainLater();
}

// One check a port: an endpoint is open before the instance is called ready for it.
void RoleProgram::watchPorts()
{
    m_checks.clear();
    const auto up = [this] {
        m_is_up = true;
        m_callbacks.up();
    };
    bool ready_port_is_watched = m_settings.ready_port == 0;
    for (const Endpoint &endpoint : m_settings.endpoints) {
        const bool makes_ready = !ready_port_is_watched && endpoint.port == m_settings.ready_port;
        ready_port_is_watched = ready_port_is_watched || makes_ready;
        watchEndpoint(endpoint, makes_ready ? std::function<void()>(up) : nullptr);
    }
    if (!ready_port_is_watched)
        watchPort(m_settings.ready_port, true, up);
}

void RoleProgram::watchEndpoint(const Endpoint &endpoint, const std::function<void()> &then)
{
    watchPort(endpoint.port, bool(then), [this, endpoint, then] { open(endpoint, then); });
}

// On a network that is the machine's a neighbour may have come first. What is proven once is not
// asked of all processes again.
Listener RoleProgram::holderOf(std::uint32_t port)
{
    const std::set<std::uint64_t> listeners = listenersAt(port);
    if (listeners.empty())
        return Listener::None;
    if (m_context.options.isolated || listeners == m_proven[port])
        return Listener::Own;
    const Listener whose = whoseListeners(listeners);
    if (whose == Listener::Own)
        m_proven[port] = listeners;
    return whose;
}

bool RoleProgram::isForeign(std::uint32_t port)
{
    if (holderOf(port) != Listener::Foreign)
        return false;
    if (m_foreign_ports.insert(port).second)
        m_context.reporter.warn("PortTaken",
                                "Port " + std::to_string(port) + " of " + m_settings.title +
                                    " is held by a program that is not of this instance.",
                                "Nobody is sent there until the role's own program has the port.");
    return true;
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
        m_context.io, [this, port] { return isOwn(port); }, std::move(callbacks)));
}

void RoleProgram::open(const Endpoint &endpoint, const std::function<void()> &then)
{
    m_context.endpoints.request(
        endpoint.name, [this, endpoint, then](sys::ListeningSocket socket, const std::string &) {
            if (!join(endpoint, std::move(socket)))
                return watchEndpoint(endpoint, then);
            if (then)
                then();
        });
}

// False: it is not the program's any more.
bool RoleProgram::join(const Endpoint &endpoint, sys::ListeningSocket socket)
{
    if (!isOwn(endpoint.port)) {
        m_context.endpoints.close(endpoint.name);
        return false;
    }
    auto joint = std::make_unique<Joint>(m_context.io, std::move(socket),
                                         tcpEndpoint("127.0.0.1", endpoint.port));
    if (const Result<void> listening = joint->listen(); !listening) {
        m_context.reporter.warn("EndpointNotBound",
                                "The endpoint " + endpoint.name +
                                    " cannot be reached: " + listening.error().message(),
                                "Reboot the instance to try again.");
        return true;
    }
    m_joints[endpoint.name] = std::move(joint);
    m_context.endpoints.open(endpoint.name);
    return true;
}

void RoleProgram::lookAgainLater()
{
    const bool is_held = m_context.options.confined && sys::landlockVersion() >= kHoldsPorts;
    m_look.expires_after(std::chrono::milliseconds(is_held ? kLookAtHeld_ms : kLook_ms));
    m_look.async_wait([this](std::error_code error) {
        if (error)
            return;
        lookAgain();
        lookAgainLater();
    });
}

// A program that lets its port go loses it to whoever waits for that.
void RoleProgram::lookAgain()
{
    if (pid() == 0)
        return;
    const bool ready_port_is_foreign =
        m_settings.ready_port != 0 && isForeign(m_settings.ready_port);
    for (const Endpoint &endpoint : m_settings.endpoints) {
        if (endpoint.port == m_settings.ready_port || !isForeign(endpoint.port))
            continue;
        if (m_joints.erase(endpoint.name) > 0) {
            m_context.endpoints.close(endpoint.name);
            watchEndpoint(endpoint, nullptr);
        }
    }
    if (!ready_port_is_foreign || !std::exchange(m_is_up, false))
        return;
    closeEndpoints();
    m_callbacks.lost();
    watchPorts();
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

void RoleProgram::standDown()
{
    m_supervisor->standDown();
}

} // namespace slipway::agent
