#include "backend/fabric/watch_hub.h"

#include <algorithm>

namespace slipway::fabric
{

namespace
{
// As sent; in memory about three times that. Somebody who still takes his snapshot catches up from
// the history behind it: for him it may grow.
constexpr std::size_t kHistoryBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kCatchUpBytesMax = 16 * 1024 * 1024;
constexpr std::int64_t kStallMax_ms = 30'000; // a reader that takes nothing of its snapshot
} // namespace

WatchHub::WatchHub(std::string fabric_id, std::uint64_t revision)
    : m_fabric_id(std::move(fabric_id)), m_revision(revision), m_floor(revision)
{
}

bool WatchHub::canResume(const v1::WatchRequest &request) const
{
    return request.since_revision() != 0 && request.fabric_id() == m_fabric_id &&
           request.since_revision() >= m_floor && request.since_revision() <= m_revision;
}

void WatchHub::watch(const v1::WatchRequest &request, std::shared_ptr<WatchSink> sink,
                     const core::State &state, const std::vector<v1::Event> &recent)
{
    auto watcher = std::make_unique<Watcher>();
    watcher->sink = std::move(sink);
    watcher->service = request.service();
    watcher->once = request.once();
    if (canResume(request)) {
        watcher->revision = request.since_revision();
    } else {
        std::vector<v1::Change> entities = entitiesOf(state, request.service());
        for (const v1::Event &event : recent) {
            v1::Change &change = entities.emplace_back();
            change.set_revision(event.revision());
            *change.mutable_event() = event;
        }
        for (auto &part : snapshotResponses(std::move(entities), state.revision, m_fabric_id))
            watcher->backlog.push_back(std::move(part));
        watcher->revision = state.revision;
    }
    m_watchers.push_back(std::move(watcher));
    deliver(*m_watchers.back(), 0);
    forgetEnded();
}

void WatchHub::unwatch(const void *sink)
{
    std::erase_if(m_watchers, [sink](const auto &watcher) { return watcher->sink.get() == sink; });
}

void WatchHub::publish(const std::vector<v1::Change> &changes, std::uint64_t revision)
{
    if (changes.empty())
        return;
    remember(changes);
    const std::uint64_t before = m_revision;
    m_revision = revision;
    const auto for_all = changeResponses(changes, {}, before, revision);
    for (const auto &watcher : m_watchers) {
        if (!watcher->backlog.empty())
            continue; // catches up from the history afterwards
        const auto own = watcher->service.empty()
                             ? for_all
                             : changeResponses(changes, watcher->service, before, revision);
        const bool taken = std::all_of(own.begin(), own.end(), [&watcher](const auto &response) {
            return watcher->sink->push(response);
        });
        watcher->revision = revision;
        if (!taken)
            cut(*watcher, "This reader is too slow; ask for a new snapshot.");
    }
    forgetEnded();
}

void WatchHub::heartbeat(std::int64_t now_ms)
{
    v1::WatchResponse beat;
    beat.set_revision(m_revision);
    beat.mutable_heartbeat()->set_time_ms(now_ms);
    for (const auto &watcher : m_watchers)
        if (watcher->backlog.empty() && !watcher->sink->push(beat))
            cut(*watcher, "This reader is too slow; ask for a new snapshot.");
    forgetEnded();
}

void WatchHub::pump(std::int64_t now_ms)
{
    for (const auto &watcher : m_watchers)
        if (!watcher->backlog.empty())
            deliver(*watcher, now_ms);
    forgetEnded();
}

bool WatchHub::hasBacklog() const
{
    return std::any_of(m_watchers.begin(), m_watchers.end(),
                       [](const auto &watcher) { return !watcher->backlog.empty(); });
}

void WatchHub::deliver(Watcher &watcher, std::int64_t now_ms)
{
    while (drain(watcher, now_ms) && !watcher.over) {
        if (watcher.once) {
            watcher.over = true;
            watcher.sink->end({});
        } else if (!catchUp(watcher)) {
            return;
        }
    }
}

// True when the backlog is empty.
bool WatchHub::drain(Watcher &watcher, std::int64_t now_ms)
{
    while (!watcher.backlog.empty()) {
        if (!watcher.sink->push(watcher.backlog.front())) {
            if (watcher.stalled_since_ms == 0)
                watcher.stalled_since_ms = now_ms;
            else if (now_ms - watcher.stalled_since_ms > kStallMax_ms)
                cut(watcher, "This reader took nothing for 30 s.");
            return false;
        }
        watcher.stalled_since_ms = 0;
        watcher.backlog.pop_front();
    }
    return true;
}

// True when there is something more to send.
bool WatchHub::catchUp(Watcher &watcher)
{
    if (watcher.revision >= m_revision)
        return false;
    if (watcher.revision < m_floor) {
        cut(watcher, "The history up to the present is gone; ask for a new snapshot.");
        return false;
    }
    for (auto &response : changeResponses(changesAfter(watcher.revision), watcher.service,
                                          watcher.revision, m_revision))
        watcher.backlog.push_back(std::move(response));
    watcher.revision = m_revision;
    return true;
}

void WatchHub::cut(Watcher &watcher, const std::string &reason)
{
    v1::WatchResponse response;
    response.set_revision(m_revision);
    response.mutable_resync()->set_reason(reason);
    watcher.over = true;
    watcher.sink->push(response);
    watcher.sink->end(makeError(v1::Error::ABORTED, "RESYNC", reason));
}

void WatchHub::remember(const std::vector<v1::Change> &changes)
{
    for (const v1::Change &change : changes) {
        m_history.push_back(change);
        m_history_bytes += change.ByteSizeLong();
    }
    const std::size_t bytes_max = hasBacklog() ? kCatchUpBytesMax : kHistoryBytesMax;
    while (m_history_bytes > bytes_max) {
        m_floor = m_history.front().revision();
        while (!m_history.empty() && m_history.front().revision() <= m_floor) {
            m_history_bytes -= m_history.front().ByteSizeLong();
            m_history.pop_front();
        }
    }
}

std::vector<v1::Change> WatchHub::changesAfter(std::uint64_t revision) const
{
    const auto first =
        std::partition_point(m_history.begin(), m_history.end(), [revision](const auto &change) {
            return change.revision() <= revision;
        });
    return {first, m_history.end()};
}

void WatchHub::restart(std::uint64_t revision, const std::string &reason)
{
    m_history.clear();
    m_history_bytes = 0;
    m_revision = revision;
    m_floor = revision;
    for (const auto &watcher : m_watchers)
        cut(*watcher, reason);
    forgetEnded();
}

void WatchHub::endAll(const v1::Error &error)
{
    const auto watchers = std::exchange(m_watchers, {});
    for (const auto &watcher : watchers)
        watcher->sink->end(error);
}

void WatchHub::forgetEnded()
{
    std::erase_if(m_watchers, [](const auto &watcher) { return watcher->over; });
}

} // namespace slipway::fabric
