// What came over the watch since the last drain, merged by id: a thousand changes of one instance
// cost one row.
#pragma once

#include "slipway/v1/fabric.pb.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace slipway::models
{

class WatchBatch
{
public:
    void add(const v1::WatchResponse &response);
    // The rest of the snapshot is still under way.
    bool heldBack() const { return m_snapshot_open; }

    // True: `changes` start from a whole snapshot; what is not in them no longer exists.
    bool snapshot = false;
    bool continues = false; // a later part of a snapshot
    bool live = false;      // the reader is up to date (a snapshot's end, changes or a heartbeat)
    bool resync = false;    // the server asks for a new subscription without a revision
    std::uint64_t revision = 0;
    std::string fabric_id;
    std::vector<v1::Change> changes; // one per entity, events all

    // Takes at most `most` changes off the front, to be applied one part after the other. Events,
    // which count in their order, are all in the last one; only it says the revision, and that the
    // reader is live.
    WatchBatch takePart(std::size_t most);
    bool isBegun() const { return m_taken > 0; }
    bool isTaken() const { return m_taken == changes.size(); }

private:
    void merge(const v1::Change &change);
    void addSnapshot(const v1::Snapshot &chunk);

    bool m_snapshot_open = false;
    std::size_t m_taken = 0;
    std::vector<v1::Change> m_events; // taken, but not given yet
    std::unordered_map<std::string, std::size_t> m_places;
};

// A key that is unique over all kinds of entities; empty for events.
std::string changeKey(const v1::Change &change);

} // namespace slipway::models
