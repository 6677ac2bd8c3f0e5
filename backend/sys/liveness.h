// Whether a process that says nothing could have spoken: silence is held against it only for the
// time in which the machine let it run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

namespace slipway::sys
{

// What the kernel says of a process's first thread, which is the one that speaks in all daemons.
struct RunFacts {
    char state = 'S';          // as in /proc/<pid>/stat
    std::int64_t ran_ns = 0;   // on a processor, since its start
    std::int64_t ready_ns = 0; // it could run, and no processor was free for it
    bool operator==(const RunFacts &) const = default;
};

// By pid: the process itself first of all; perhaps those below it, whose end it may wait for.
// Empty: there is none, or this platform does not tell.
using RunReader = std::function<std::map<int, RunFacts>(int pid)>;
std::map<int, RunFacts> readProcess(int pid);
// With all of its threads: of a program in which any of them may be the one that speaks.
std::map<int, RunFacts> readThreads(int pid);
// With the processes below it, and all of their threads: a runtime works through both. At most 256.
std::map<int, RunFacts> readProcessTree(int pid);

// Of one process that somebody listens to. Not thread-safe.
class Silence
{
public:
    explicit Silence(RunReader reader = readProcess) : m_reader(std::move(reader)) {}

    // It said something; or the observer itself lost its memory of time (suspend, a new process).
    void heard();
    // Adds the time since the last look, as far as the process could have spoken in it. `passed_ms`
    // is the observer's own running time; it should look at least each second. What counts: time
    // in which it was stopped (SIGSTOP), slept or ran; a tenth of what it spends blocked in the
    // kernel (a slow disk); nothing of what it waits for a processor. A process seen for the first
    // time is only remembered.
    void look(int pid, std::int64_t passed_ms);
    // Longer than that, at two looks in a row: what it said may lie unread in the observer's own
    // socket at the first one.
    bool isLongerThan(std::int64_t limit_ms) const;
    std::int64_t countedMs() const { return m_counted_ms; }

private:
    std::int64_t excusedMs(const std::map<int, RunFacts> &facts, std::int64_t passed_ms) const;

    RunReader m_reader;
    std::map<int, RunFacts> m_before;
    std::int64_t m_counted_ms = 0;
    std::int64_t m_counted_before_ms = 0; // at the look before
};

} // namespace slipway::sys
