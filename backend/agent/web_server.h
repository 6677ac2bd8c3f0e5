// The instance's nginx: its files, its process, and whether its endpoints can be reached.
#pragma once

#include "backend/agent/command_line.h"
#include "backend/agent/nginx_config.h"
#include "backend/agent/port_check.h"
#include "backend/agent/supervisor.h"

#include <memory>

namespace slipway::agent
{

class WebServer
{
public:
    struct Callbacks {
        std::function<void()> accepts; // after each start, once it takes connections
        std::function<void(const v1::Error &)> refused; // it will never start
        std::function<void(const ProgramEnd &)> ended;
        std::function<void(bool stands)> stands; // somebody stopped it, or it goes on
    };
    WebServer(const AgentContext &context, NginxSettings settings,
              std::vector<std::string> endpoints, Environment environment, RestartPolicy policy,
              Callbacks callbacks);
    ~WebServer();

    // Goes on when the host has handed its endpoints' sockets in.
    Result<void> start();
    // Nobody finds a closed endpoint, so that the edge is refused at once and asks another
    // instance, instead of getting a 502 from an nginx whose program is away.
    void setOpen(bool open);
    void stop(int signal);
    int pid() const { return m_supervisor ? m_supervisor->pid() : 0; }

private:
    Result<void> writeFiles() const;
    void take(const std::string &endpoint, sys::ListeningSocket socket, const std::string &path);
    Result<void> writeConfiguration();
    void launch();
    void started();
    void ended(const ProgramEnd &end);
    void drainSockets();
    bool accepts() const;

    AgentContext m_context;
    NginxSettings m_settings;
    std::vector<std::string> m_endpoints;
    struct Socket {
        sys::ListeningSocket listening; // kept from one nginx to the next
        std::string path;
    };
    std::map<std::string, Socket> m_sockets; // by endpoint
    std::filesystem::path m_program;
    Environment m_environment;
    RestartPolicy m_policy;
    Callbacks m_callbacks;
    std::unique_ptr<Supervisor> m_supervisor;
    std::unique_ptr<PortCheck> m_check;
    asio::steady_timer m_drain;
};

} // namespace slipway::agent
