#include "backend/agent/metrics_sampler.h"

#include <algorithm>

namespace slipway::agent
{

namespace
{
constexpr int kInterval_ms = 1000;
}

std::uint32_t CpuMeter::permille(const std::vector<ProcessInfo> &processes,
                                 std::int64_t interval_ms, std::uint32_t cores,
                                 std::uint32_t ticks_per_second)
{
    std::map<int, std::uint64_t> ticks;
    std::uint64_t used = 0;
    for (const ProcessInfo &process : processes) {
        ticks[process.pid] = process.cpu_ticks;
        const auto before = m_ticks.find(process.pid);
        // A new process, or a new one under an old pid: all of its time is new.
        const bool known = before != m_ticks.end() && before->second <= process.cpu_ticks;
        used += process.cpu_ticks - (known ? before->second : 0);
    }
    m_ticks = std::move(ticks);
    const std::uint64_t possible =
        std::uint64_t(std::max<std::int64_t>(1, interval_ms)) * std::max(1U, cores);
    return std::uint32_t(used * 1'000'000 / std::max(1U, ticks_per_second) / possible);
}

std::uint64_t memoryBytes(const std::vector<ProcessInfo> &processes)
{
    std::uint64_t own = 0;
    std::uint64_t shared = 0;
    for (const ProcessInfo &process : processes) {
        own += process.private_bytes;
        shared = std::max(shared, process.shared_bytes);
    }
    return own + shared;
}

MetricsSampler::MetricsSampler(asio::io_context &io, const sys::Clock &clock,
                               const v1::InstanceOrder &order, int root_pid, Send send)
    : m_timer(io), m_clock(clock), m_cores(order.size().cores()), m_root_pid(root_pid),
      m_send(std::move(send)), m_last_ms(clock.steadyMs())
{
    m_sample.set_deployment_id(order.deployment_id());
    m_sample.set_instance(order.name());
    m_sample.set_memory_limit_bytes(order.size().memory_bytes());
    m_cpu.permille(ownProcesses(), kInterval_ms, m_cores, ticksPerSecond());
    m_timer.expires_after(std::chrono::milliseconds(kInterval_ms));
    waitASecond();
}

std::vector<ProcessInfo> MetricsSampler::ownProcesses() const
{
    std::vector<ProcessInfo> processes = listProcesses();
    if (m_root_pid != 0) {
        const std::set<int> family = familyOf(processes, {m_root_pid});
        std::erase_if(processes, [&family](const ProcessInfo &process) {
            return !family.contains(process.pid);
        });
    }
    return processes;
}

void MetricsSampler::waitASecond()
{
    m_timer.async_wait([this](std::error_code error) {
        if (error)
            return;
        sample();
        m_timer.expires_after(std::chrono::milliseconds(kInterval_ms));
        waitASecond();
    });
}

void MetricsSampler::sample()
{
    const std::vector<ProcessInfo> processes = ownProcesses();
    const std::int64_t now_ms = m_clock.steadyMs();
    const std::int64_t interval_ms = now_ms - m_last_ms;
    m_last_ms = now_ms;
    m_sample.set_time_ms(m_clock.wallMs());
    m_sample.set_interval_ms(std::uint32_t(interval_ms));
    m_sample.set_cpu_permille(m_cpu.permille(processes, interval_ms, m_cores, ticksPerSecond()));
    m_sample.set_memory_bytes(memoryBytes(processes));
    v1::AgentMessage message;
    *message.mutable_metrics() = m_sample;
    m_send(message);
}

} // namespace slipway::agent
