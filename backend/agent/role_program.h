// The role's own program with the endpoints that the agent joins to its ports.
#pragma once

#include "backend/agent/joint.h"
#include "backend/agent/port_check.h"
#include "backend/agent/processes.h"
#include "backend/agent/role_environment.h"
#include "backend/agent/supervisor.h"

#include <set>

namespace slipway::agent
{

class RoleProgram
{
public:
    struct Endpoint {
        std::string name;
        std::uint32_t port = 0;
    };
    struct Settings {
        sys::SpawnRequest request;
        std::string title;            // "server.js"
        std::uint32_t ready_port = 0; // it is up when this accepts; 0: as soon as it runs
        bool ready_when_slow = false; // after PortCheck::kPatience_ms it counts as up all the same
        std::vector<Endpoint> endpoints;
    };
    struct Callbacks {
        std::function<void(int pid)> started;
        std::function<void()> up;   // after each start, once
        std::function<void()> slow; // up is late
        std::function<void()> lost; // no longer up: its port is somebody else's; `up` may follow
        std::function<void(const ProgramEnd &)> ended;
        std::function<void(bool stands)> stands; // somebody stopped it, or it goes on
    };
    RoleProgram(const AgentContext &context, Settings settings, RestartPolicy policy,
                Callbacks callbacks);

    void start();
    void closeEndpoints();
    void standDown(); // it is not started again, and what ends it comes from elsewhere
    int pid() const { return m_supervisor->pid(); }
    const Settings &settings() const { return m_settings; }

private:
    void started(int pid);
    void watchPorts();
    void watchEndpoint(const Endpoint &endpoint, const std::function<void()> &then);
    void watchPort(std::uint32_t port, bool makes_ready, std::function<void()> accepts);
    Listener holderOf(std::uint32_t port);
    bool isOwn(std::uint32_t port) { return holderOf(port) == Listener::Own; }
    bool isForeign(std::uint32_t port);
    void open(const Endpoint &endpoint, const std::function<void()> &then);
    bool join(const Endpoint &endpoint, sys::ListeningSocket socket);
    void lookAgainLater();
    void lookAgain();

    AgentContext m_context;
    Settings m_settings;
    Callbacks m_callbacks;
    // Joints exist only while the program is up: a crashed one's callers are refused at once.
    std::map<std::string, std::unique_ptr<Joint>> m_joints;
    std::vector<std::unique_ptr<PortCheck>> m_checks;
    asio::steady_timer m_look;
    bool m_is_up = false;
    std::map<std::uint32_t, std::set<std::uint64_t>> m_proven; // the program's own listeners
    std::set<std::uint32_t> m_foreign_ports;                   // that were told of
    std::unique_ptr<Supervisor> m_supervisor;
};

} // namespace slipway::agent
