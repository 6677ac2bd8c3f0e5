#include "backend/agent/web_server.h"

#include "backend/agent/identities.h"
#include "backend/agent/program_finder.h"
#include "backend/sys/plain_file.h"

#include <cstdlib>

namespace slipway::agent
{

namespace fs = std::filesystem;

namespace
{

constexpr std::chrono::milliseconds kLastComers{200};

fs::path nginxProgram(const Environment &environment)
{
    std::error_code error;
    const fs::path usual = "/usr/sbin/nginx";
    return fs::exists(usual, error) ? usual : findInPath("nginx", environment);
}

} // namespace

WebServer::WebServer(const AgentContext &context, NginxSettings settings,
                     std::vector<std::string> endpoints, Environment environment,
                     RestartPolicy policy, Callbacks callbacks)
    : m_context(context), m_settings(std::move(settings)), m_endpoints(std::move(endpoints)),
      m_environment(std::move(environment)), m_policy(policy), m_callbacks(std::move(callbacks)),
      m_drain(context.io)
{
}

WebServer::~WebServer()
{
    for (const std::string &endpoint : m_endpoints)
        m_context.endpoints.forget(endpoint);
    for (auto &[endpoint, socket] : m_sockets) {
        socket.listening.reset(); // refused at once
        m_context.endpoints.close(endpoint);
    }
}

Result<void> WebServer::writeFiles() const
{
    std::error_code error;
    fs::create_directories(m_settings.folder / "temp", error);
    giveToProgram(m_settings.folder / "temp", m_context.options);
    return sys::replaceFile(m_settings.folder / "mime.types", nginxMimeTypes(),
                            sys::Readers::Everybody);
}

Result<void> WebServer::start()
{
    m_program = nginxProgram(m_environment);
    if (m_program.empty())
        return failure(v1::Error::UNAVAILABLE, "WEB_SERVER_MISSING",
                       "Web roles are served by nginx, which is not installed on this machine. "
                       "Install the package nginx-light.");
    if (const auto written = writeFiles(); !written)
        return written;
    for (const std::string &endpoint : m_endpoints)
        m_context.endpoints.request(
            endpoint, [this, endpoint](sys::ListeningSocket socket, const std::string &path) {
                take(endpoint, std::move(socket), path);
            });
    if (m_endpoints.empty())
        launch();
    return {};
}

void WebServer::take(const std::string &endpoint, sys::ListeningSocket socket,
                     const std::string &path)
{
    m_sockets[endpoint] = {std::move(socket), path};
    if (m_sockets.size() == m_endpoints.size())
        launch();
}

Result<void> WebServer::writeConfiguration()
{
    for (NginxSite &site : m_settings.sites) {
        site.sockets.clear();
        for (const std::string &endpoint : site.endpoints)
            site.sockets.push_back(m_sockets.at(endpoint).path);
    }
    const auto text = nginxConfiguration(m_settings);
    if (!text)
        return Failure(text.error());
    return sys::replaceFile(m_settings.folder / "nginx.conf", *text, sys::Readers::Everybody);
}

// nginx takes over what its variable lists, and knows each by the address that it is bound to.
void WebServer::launch()
{
    if (const auto written = writeConfiguration(); !written)
        return m_callbacks.refused(written.error());
    sys::SpawnRequest request;
    request.arguments = {
        m_program.string(), "-e", "stderr", "-p", m_settings.folder.string() + "/", "-c",
        "nginx.conf"};
    request.environment = m_environment;
    request.working_folder = m_settings.folder;
    request.identity = identityFor(false, m_context.options);
    for (const auto &[endpoint, socket] : m_sockets) {
        request.inherited_fds.push_back(socket.listening.descriptor());
        request.environment["NGINX"] += std::to_string(socket.listening.descriptor()) + ";";
    }
    Supervisor::Callbacks callbacks;
    callbacks.started = [this](int) { started(); };
    callbacks.ended = [this](const ProgramEnd &end) { ended(end); };
    callbacks.stands = m_callbacks.stands;
    m_supervisor = std::make_unique<Supervisor>(m_context, request, m_policy, callbacks,
                                                sys::readProcessTree); // its workers answer
    m_supervisor->start();
}

// Who waits for an nginx that comes at once is served by that; nobody waits longer.
void WebServer::ended(const ProgramEnd &end)
{
    m_check.reset();
    setOpen(false);
    m_callbacks.ended(end);
    if (end.delay_ms > 0)
        drainSockets();
}

void WebServer::drainSockets()
{
    for (const auto &[endpoint, socket] : m_sockets)
        sys::drainConnections(socket.listening.descriptor());
}

// It writes its number when it has read its configuration and has all its sockets.
bool WebServer::accepts() const
{
    // In nginx's own folder: it could be anything.
    const std::string text = sys::readPlainFile(m_settings.folder / "temp/nginx.pid", 32);
    return pid() != 0 && std::atoi(text.c_str()) == pid();
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
    for (const auto &[endpoint, socket] : m_sockets) {
        if (open)
            m_context.endpoints.open(endpoint);
        else
            m_context.endpoints.close(endpoint);
    }
}

// What had come before nobody could come any more, and was not taken in, is let go.
void WebServer::stop(int signal)
{
    if (!m_supervisor)
        return;
    m_supervisor->stop(signal);
    m_drain.expires_after(kLastComers);
    m_drain.async_wait([this](std::error_code error) {
        if (!error)
            drainSockets();
    });
}

} // namespace slipway::agent
