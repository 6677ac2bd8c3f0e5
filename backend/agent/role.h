// One life of a role instance, from its first order to its stop.
#pragma once

#include "backend/agent/joint.h"
#include "backend/agent/peers.h"
#include "backend/agent/role_plan.h"
#include "backend/agent/role_program.h"
#include "backend/agent/startup_tasks.h"
#include "backend/agent/web_server.h"

namespace slipway::agent
{

class Role
{
public:
    Role(const AgentContext &context, const v1::InstanceOrder &order);
    ~Role();

    void start();
    // Later orders bring other peers; nothing is restarted for them.
    void update(const v1::InstanceOrder &order);
    // Asks everything to end, kills what is left after grace_ms, then calls done.
    // May be asked again with a shorter grace; `done` is the first caller's, and hears whether
    // something had to be killed.
    using Stopped = std::function<void(bool killed)>;
    void stop(std::uint32_t grace_ms, Stopped done);

private:
    Result<void> prepareDisk() const;
    void runTasks();
    void taskFailed(const std::string &reason);
    void startPrograms();
    bool startWebServer(const RolePlan &plan); // false: it said why not
    Result<void> joinProgram(const RolePlan &plan);
    void startProgram(const RolePlan &plan);
    void refuse(const std::string &code, const std::string &problem);
    // For what may pass, a full disk say.
    void refuseForNow(const v1::Error &error, void (Role::*again)());
    void programStarted(int pid);
    void programSlow();
    void portLost();
    void ended(const std::string &what, const ProgramEnd &end);
    void stood(const std::string &what, bool stands);
    void becomeReadyIfAllUp();
    std::string slowWarning() const;
    RestartPolicy newPolicy() const;
    void killAfter(std::uint32_t grace_ms);
    void stopProgram();
    void waitForEnd();

    AgentContext m_context;
    v1::InstanceOrder m_order;
    PortChoice m_ports;
    RoleEnvironment m_environment;
    ProgramFinder m_finder;
    RestartPolicy m_task_policy;
    Peers m_peers;
    std::unique_ptr<StartupTasks> m_tasks;
    std::unique_ptr<Joint> m_program_joint;
    std::unique_ptr<WebServer> m_web_server;
    std::unique_ptr<RoleProgram> m_program;
    bool m_web_server_up = false;
    bool m_program_up = false;
    bool m_program_ran = false;
    bool m_stopping = false;
    bool m_limited = false; // the kill timer was set
    asio::steady_timer m_retry;
    asio::steady_timer m_stop_timer;
    asio::steady_timer m_kill_timer;
    bool m_killed = false;
    Stopped m_done;
};

} // namespace slipway::agent
