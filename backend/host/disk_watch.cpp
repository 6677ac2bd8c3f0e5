#include "backend/host/disk_watch.h"

namespace slipway::host
{

namespace
{

// A tenth of a processor at the most, whatever lies there.
constexpr int kEntriesAtOnce = 500;
constexpr std::chrono::milliseconds kPause{20};
constexpr std::chrono::milliseconds kRound{1'000};

} // namespace

class DiskWatch::Entry
{
public:
    Entry(std::filesystem::path folder, OnCount on_count)
        : m_folder(std::move(folder)), m_on_count(std::move(on_count))
    {
    }
    const std::filesystem::path m_folder;
    const OnCount m_on_count;
};

DiskWatch::DiskWatch(asio::io_context &io)
    : m_timer(io), m_round_start(asio::steady_timer::clock_type::now())
{
    waitFor(kRound);
}

DiskWatch::~DiskWatch() = default;

std::shared_ptr<DiskWatch::Entry> DiskWatch::watch(const std::filesystem::path &folder,
                                                   OnCount on_count)
{
    auto entry = std::make_shared<Entry>(folder, std::move(on_count));
    m_entries.push_back(entry);
    return entry;
}

void DiskWatch::waitFor(std::chrono::milliseconds pause)
{
    m_timer.expires_after(pause);
    m_timer.async_wait([this](std::error_code error) {
        if (!error)
            work();
    });
}

bool DiskWatch::beginNext()
{
    while (!m_round.empty()) {
        m_current = m_round.front().lock();
        m_round.pop_front();
        if (!m_current)
            continue;
        m_count = std::make_unique<sys::UsageCount>(m_current->m_folder);
        return true;
    }
    return false;
}

void DiskWatch::work()
{
    if (!m_count && !beginNext()) {
        const auto since = asio::steady_timer::clock_type::now() - m_round_start;
        if (since < kRound)
            return waitFor(kPause);
        m_entries.remove_if([](const auto &entry) { return entry.expired(); });
        m_round = m_entries;
        m_round_start = asio::steady_timer::clock_type::now();
        return waitFor(m_round.empty() ? kRound : kPause);
    }
    if (m_count->step(kEntriesAtOnce)) {
        const sys::TreeUsage usage = m_count->usage();
        m_count = nullptr;
        const auto counted = std::move(m_current); // the receiver may drop its entry
        if (counted.use_count() > 1)
            counted->m_on_count(usage);
    }
    waitFor(kPause);
}

} // namespace slipway::host
