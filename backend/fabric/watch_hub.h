// Everybody who watches the state: snapshot or resume first, then every committed change.
#pragma once

#include "backend/fabric/changes.h"
#include "backend/fabric/fabric.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace slipway::fabric
{

// On the fabric's thread. Never waits for a reader: whoever cannot take a change at once is cut
// and asks for a snapshot; only while it takes its snapshot may it be slower.
class WatchHub
{
public:
    // `revision` is the state's at the start: the history begins there.
    WatchHub(std::string fabric_id, std::uint64_t revision);

    // `state` is committed; `recent` are its last events, oldest first, for a snapshot.
    void watch(const v1::WatchRequest &request, std::shared_ptr<WatchSink> sink,
               const core::State &state, const std::vector<v1::Event> &recent);
    bool canResume(const v1::WatchRequest &request) const;
    void unwatch(const void *sink);

    // What one commit changed, in order.
    void publish(const std::vector<v1::Change> &changes, std::uint64_t revision);
    void heartbeat(std::int64_t now_ms);
    // Goes on with snapshots that a reader could not take whole; a few times a second.
    void pump(std::int64_t now_ms);
    bool hasBacklog() const;
    // History no longer leads to the present: everybody asks for a snapshot.
    void restart(std::uint64_t revision, const std::string &reason);
    void endAll(const v1::Error &error);

    std::size_t size() const { return m_watchers.size(); }

private:
    struct Watcher {
        std::shared_ptr<WatchSink> sink;
        std::string service;
        std::deque<v1::WatchResponse> backlog; // of the snapshot, or of catching up after it
        std::uint64_t revision = 0;            // contained in what was sent or lies in the backlog
        std::int64_t stalled_since_ms = 0;
        bool once = false;
        bool over = false;
    };

    void deliver(Watcher &watcher, std::int64_t now_ms);
    bool drain(Watcher &watcher, std::int64_t now_ms);
    bool catchUp(Watcher &watcher);
    void cut(Watcher &watcher, const std::string &reason);
    void remember(const std::vector<v1::Change> &changes);
    std::vector<v1::Change> changesAfter(std::uint64_t revision) const;
    void forgetEnded();

    std::string m_fabric_id;
    std::uint64_t m_revision;
    std::uint64_t m_floor; // every change after this revision is in the history
    std::deque<v1::Change> m_history;
    std::size_t m_history_bytes = 0;
    std::vector<std::unique_ptr<Watcher>> m_watchers;
};

} // namespace slipway::fabric
