#include "backend/agent/children.h"

#include "backend/agent/processes.h"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::agent
{

Children::Children(asio::io_context &io, bool own_sessions)
    : m_signals(io, SIGCHLD), m_own_sessions(own_sessions)
{
    waitForSignal();
}

Result<int> Children::start(sys::SpawnRequest request, OnExit on_exit)
{
    request.new_session = m_own_sessions;
    request.confinement = m_wall;
    const Result<int> pid = sys::spawn(request);
    if (!pid)
        return pid;
    offerToOutOfMemoryKiller(*pid);
    m_on_exit[*pid] = std::move(on_exit);
    return pid;
}

void Children::signal(int pid, int number)
{
    if (m_on_exit.contains(pid))
        ::kill(pid, number);
}

void Children::killFamily(int pid)
{
    const std::vector<ProcessInfo> processes = listProcesses();
    std::set<int> roots;
    if (m_on_exit.contains(pid))
        roots.insert(pid);
    for (const ProcessInfo &process : processes) {
        if (process.pid == getpid())
            continue;
        // What lost its parent has come to the agent; its session tells whose it was. Without
        // sessions of their own, any orphan is taken for one of this family.
        const bool orphan = process.parent == getpid() && !m_on_exit.contains(process.pid);
        if (m_own_sessions ? process.session == pid : orphan)
            roots.insert(process.pid);
    }
    for (const int member : familyOf(processes, roots))
        ::kill(member, SIGKILL);
}

void Children::killAll()
{
    if (getpid() == 1)
        ::kill(-1, SIGKILL);
    for (const int member : familyOf(listProcesses(), {getpid()}))
        if (member != getpid())
            ::kill(member, SIGKILL);
}

void Children::signalAllBut(int spared, int number)
{
    const std::vector<ProcessInfo> processes = listProcesses();
    std::set<int> others;
    if (spared != 0)
        others = familyOf(processes, {spared});
    others.insert(getpid());
    for (const int member : familyOf(processes, {getpid()}))
        if (!others.contains(member))
            ::kill(member, number);
}

bool Children::nobodyLeft() const
{
    return empty() && familyOf(listProcesses(), {getpid()}).size() <= 1;
}

void Children::waitForSignal()
{
    m_signals.async_wait([this](std::error_code error, int) {
        if (error)
            return;
        reap();
        waitForSignal();
    });
}

void Children::reap()
{
    int status = 0;
    while (const int pid = waitpid(-1, &status, WNOHANG)) {
        if (pid < 0)
            return;
        const auto child = m_on_exit.extract(pid);
        if (!child.empty() && child.mapped())
            child.mapped()(status);
    }
}

} // namespace slipway::agent
