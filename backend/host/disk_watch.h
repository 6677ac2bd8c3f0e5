// Counts what the instances of a host have on their disks, one after the other and in small steps,
// about once a second. Where the machine has no quota for it, this is what holds them.
#pragma once

#include "backend/sys/beneath.h"

#include <asio.hpp>
#include <functional>
#include <list>
#include <memory>

namespace slipway::host
{

struct DiskLimit {
    std::uint64_t bytes = 0;
    std::uint64_t files = 0;

    bool holds(const sys::TreeUsage &usage) const
    {
        return usage.bytes <= bytes && usage.files <= files && !usage.too_deep;
    }
};

class DiskWatch
{
public:
    using OnCount = std::function<void(const sys::TreeUsage &)>;
    class Entry; // counted as long as it lives

    explicit DiskWatch(asio::io_context &io);
    ~DiskWatch();

    std::shared_ptr<Entry> watch(const std::filesystem::path &folder, OnCount on_count);

private:
    void waitFor(std::chrono::milliseconds pause);
    void work();
    bool beginNext();

    asio::steady_timer m_timer;
    std::list<std::weak_ptr<Entry>> m_entries;
    std::list<std::weak_ptr<Entry>> m_round; // still to be counted
    std::shared_ptr<Entry> m_current;
    std::unique_ptr<sys::UsageCount> m_count;
    asio::steady_timer::time_point m_round_start;
};

} // namespace slipway::host
