#include "backend/agent/web_server.h"

#include "backend/agent/peers.h"
#include "backend/agent/role_plan.h"

#include <algorithm>
#include <asio/local/stream_protocol.hpp>
#include <sys/socket.h>

namespace slipway::agent
{

namespace fs = std::filesystem;

namespace
{

fs::path nginxProgram(const Environment &environment)
{
    std::error_code error;
    const fs::path usual = "/usr/sbin/nginx";
    return fs::exists(usual, error) ? usual : findInPath("nginx", environment);
}

bool socketAccepts(asio::io_context &io, const fs::path &socket)
{
    // A blocking connect waits while the listener's queue is full, and asio's own waits even on a
    // non-blocking socket. A full queue is no answer: it is tried again a little later.
    asio::local::stream_protocol::socket probe(io, asio::local::stream_protocol());
    std::error_code error;
    probe.native_non_blocking(true, error);
    const asio::local::stream_protocol::endpoint endpoint(socket.string());
    return !error && ::connect(probe.native_handle(), endpoint.data(),
                               static_cast<socklen_t>(endpoint.size())) == 0;
}

} // namespace

WebServer::WebServer(const AgentContext &context, NginxSettings settings,
                     std::vector<fs::path> sockets, Environment environment, RestartPolicy policy,
                     Callbacks callbacks)
    : m_context(context), m_settings(std::move(settings)), m_sockets(std::move(sockets)),
      m_environment(std::move(environment)), m_policy(policy), m_callbacks(std::move(callbacks))
{
}

WebServer::~WebServer()
{
    removeSockets();
}

Result<void> WebServer::writeFiles() const
{
    std::error_code error;
    fs::create_directories(m_settings.folder / "temp", error);
    if (const auto written = replaceFile(m_settings.folder / "mime.types", nginxMimeTypes());
        !written)
        return written;
    return replaceFile(m_settings.folder / "nginx.conf", nginxConfiguration(m_settings));
}

Result<void> WebServer::start()
{
    const fs::path program = nginxProgram(m_environment);
    if (program.empty())
        return failure(v1::Error::FAILED_PRECONDITION, "WEB_SERVER_MISSING",
                       "Web roles are served by nginx, which is not installed on this machine. "
                       "Install the package nginx-light and reboot the instance.");
    if (const auto written = writeFiles(); !written)
        return written;
    removeSockets();
    sys::SpawnRequest request;
    request.arguments = {
        program.string(), "-e", "stderr", "-p", m_settings.folder.string() + "/", "-c",
        "nginx.conf"};
    request.environment = m_environment;
    request.working_folder = m_settings.folder;
    Supervisor::Callbacks callbacks;
    callbacks.started = [this](int) { started(); };
    callbacks.ended = [this](const ProgramEnd &end) {
        m_check.reset();
        m_callbacks.ended(end);
        removeSockets();
    };
    m_supervisor = std::make_unique<Supervisor>(m_context, request, m_policy, callbacks);
    m_supervisor->start();
    return {};
}

bool WebServer::accepts() const
{
    return std::all_of(m_sockets.begin(), m_sockets.end(), [this](const fs::path &socket) {
        return socketAccepts(m_context.io, hiddenSocket(socket));
    });
}

void WebServer::started()
{
    m_check = std::make_unique<PortCheck>(
        m_context.io, [this] { return accepts(); },
        PortCheck::Callbacks{[this] {
                                 m_check.reset();
                                 m_callbacks.accepts();
                             },
                             {}});
}

void WebServer::setOpen(bool open)
{
    std::error_code error;
    for (const fs::path &socket : m_sockets) {
        if (!open)
            fs::remove(socket, error);
        else if (!fs::exists(fs::symlink_status(socket, error)))
            fs::create_hard_link(hiddenSocket(socket), socket, error);
        if (open && error)
            m_context.reporter.say("Cannot open " + socket.string() + ": " + error.message() + ".");
    }
}

void WebServer::removeSockets()
{
    std::error_code ignored;
    for (const fs::path &socket : m_sockets) {
        fs::remove(socket, ignored);
        fs::remove(hiddenSocket(socket), ignored);
    }
}

void WebServer::stop(int signal)
{
    if (m_supervisor)
        m_supervisor->stop(signal);
}

} // namespace slipway::agent
