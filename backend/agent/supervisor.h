// Keeps one program running: starts it again when it ends, later and later when it repeats.
#pragma once

#include "backend/agent/agent_context.h"
#include "backend/agent/restart_policy.h"
#include "backend/agent/standstill.h"

#include <memory>

namespace slipway::agent
{

struct ProgramEnd {
    int pid = 0;
    int wait_status = 0;
    int exit_code = 0;    // as a shell says it: 128 + the signal's number when killed
    std::string words;    // "ended with code 1"
    std::string decision; // the same with count and reaction
    bool cycling = false;
    std::int64_t delay_ms = 0; // until the next start
};

class Supervisor
{
public:
    struct Callbacks {
        std::function<void(int pid)> started;
        std::function<void(const ProgramEnd &)> ended; // first thing after the end is known
        // Somebody stopped it, or it goes on again. One that stands for too long is ended.
        std::function<void(bool stands)> stands;
    };
    // `watched` says which of its processes may not stand still.
    Supervisor(const AgentContext &context, sys::SpawnRequest request, RestartPolicy policy,
               Callbacks callbacks, sys::RunReader watched = sys::readProcess);
    ~Supervisor();

    void start();
    void stop(int signal); // and never start again
    void standDown();      // only the latter
    int pid() const { return m_pid; }

private:
    void launch();
    void ended(int wait_status, const std::string &words, const std::string &saying);
    void stoodTooLong();

    AgentContext m_context;
    sys::SpawnRequest m_request;
    RestartPolicy m_policy;
    Callbacks m_callbacks;
    asio::steady_timer m_timer;
    std::shared_ptr<bool> m_alive;
    Standstill m_standstill;
    int m_pid = 0;
    std::int64_t m_start_ms = 0;
    bool m_stood = false; // and was ended for that
    bool m_stopping = false;
};

} // namespace slipway::agent
