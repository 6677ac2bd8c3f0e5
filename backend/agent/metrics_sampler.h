// One sample a second of what the instance's processes use.
#pragma once

#include "backend/agent/processes.h"
#include "backend/sys/clock.h"
#include "slipway/v1/machine.pb.h"

#include <asio.hpp>
#include <functional>
#include <map>

namespace slipway::agent
{

// Adds up CPU time between two lists of processes. Pure.
class CpuMeter
{
public:
    // Processor time used since the last call, in permille of `cores` over interval_ms. What ended
    // in between is not seen.
    std::uint32_t permille(const std::vector<ProcessInfo> &processes, std::int64_t interval_ms,
                           std::uint32_t cores, std::uint32_t ticks_per_second);

private:
    std::map<int, std::uint64_t> m_ticks;
};

// Memory of all: what each has alone, and the largest shared part once (they share libraries).
std::uint64_t memoryBytes(const std::vector<ProcessInfo> &processes);

class MetricsSampler
{
public:
    using Send = std::function<void(const v1::AgentMessage &)>;
    // `root_pid` 0: all processes that can be seen; else it and its descendants.
    MetricsSampler(asio::io_context &io, const sys::Clock &clock, const v1::InstanceOrder &order,
                   int root_pid, Send send);

private:
    void waitASecond();
    void sample();
    std::vector<ProcessInfo> ownProcesses() const;

    asio::steady_timer m_timer;
    const sys::Clock &m_clock;
    v1::MetricSample m_sample;
    std::uint32_t m_cores;
    int m_root_pid;
    Send m_send;
    CpuMeter m_cpu;
    std::int64_t m_last_ms;
};

} // namespace slipway::agent
