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
        std::function<void(const ProgramEnd &)> ended;
    };
    // `sockets` are the endpoints' public names; the settings' sites have the hidden ones.
    WebServer(const AgentContext &context, NginxSettings settings,
              std::vector<std::filesystem::path> sockets, Environment environment,
              RestartPolicy policy, Callbacks callbacks);
    ~WebServer();

    Result<void> start();
    // Closed endpoints have no socket file, so that the edge is refused at once and asks another
    // instance, instead of getting a 502 from an nginx whose program is away.
    void setOpen(bool open);
    void stop(int signal);
    int pid() const { return m_supervisor ? m_supervisor->pid() : 0; }

private:
    Result<void> writeFiles() const;
    void started();
    void removeSockets();
    bool accepts() const;

    AgentContext m_context;
    NginxSettings m_settings;
    std::vector<std::filesystem::path> m_sockets;
    Environment m_environment;
    RestartPolicy m_policy;
    Callbacks m_callbacks;
    std::unique_ptr<Supervisor> m_supervisor;
    std::unique_ptr<PortCheck> m_check;
};

} // namespace slipway::agent
