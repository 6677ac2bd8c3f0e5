// Every process that the agent starts, and every orphan that falls to it as the first process.
#pragma once

#include "backend/sys/child_process.h"

#include <asio.hpp>
#include <functional>
#include <map>

namespace slipway::agent
{

// The only place that waits for children, so a pid in its table cannot be reused by the kernel.
class Children
{
public:
    using OnExit = std::function<void(int wait_status)>;

    // `own_sessions`: each child leads a session. Without isolation they stay in the agent's
    // process group instead, so that the host can end them with it.
    Children(asio::io_context &io, bool own_sessions);
    // All that is started from now on gives up what the wall takes.
    void standBehind(std::shared_ptr<const sys::Confinement> wall) { m_wall = std::move(wall); }

    Result<int> start(sys::SpawnRequest request, OnExit on_exit);
    // For a child that is in the table; others are left alone.
    void signal(int pid, int number);
    // The child and all that came from it, also when the child itself is gone already.
    void killFamily(int pid);
    void killAll();
    // Everything that came from this process, whoever started it, but `spared` (0: nobody) and what
    // came from that.
    void signalAllBut(int spared, int number);
    // Nothing is left of what was started here; orphans may be.
    bool empty() const { return m_on_exit.empty(); }
    bool nobodyLeft() const; // reads the table of all processes

private:
    void waitForSignal();
    void reap();

    asio::signal_set m_signals;
    bool m_own_sessions;
    std::shared_ptr<const sys::Confinement> m_wall;
    std::map<int, OnExit> m_on_exit;
};

} // namespace slipway::agent
