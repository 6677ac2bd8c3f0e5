// The definition's startup tasks: simple ones one after the other, the others beside the role.
#pragma once

#include "backend/agent/agent_context.h"
#include "backend/agent/program_finder.h"
#include "backend/agent/role_environment.h"

namespace slipway::agent
{

class StartupTasks
{
public:
    struct Callbacks {
        std::function<void()> done;
        std::function<void(const std::string &reason)> failed; // run() again goes on with this task
    };
    StartupTasks(const AgentContext &context, const v1::RoleDefinition &role,
                 const ProgramFinder &finder, const RoleEnvironment &environment,
                 Callbacks callbacks);
    ~StartupTasks();

    void run();
    void stop(); // no further one; those that run are left to whoever ends everything

private:
    void runTask(const v1::StartupTask &task);
    void startTask(const v1::StartupTask &task, const Launch &launch,
                   const Environment &environment);
    void skip(const v1::StartupTask &task, const Launch &launch);
    void ended(const v1::StartupTask &task, int wait_status, const std::string &saying);
    void next();

    AgentContext m_context;
    google::protobuf::RepeatedPtrField<v1::StartupTask> m_tasks;
    const ProgramFinder &m_finder;
    const RoleEnvironment &m_environment;
    Callbacks m_callbacks;
    std::shared_ptr<bool> m_alive;
    int m_next = 0;
};

// Makes the request that runs what was found; copies a program that lost its x bit.
Result<sys::SpawnRequest> requestFor(const Launch &launch, const Environment &environment,
                                     const std::optional<sys::Identity> &identity);

} // namespace slipway::agent
