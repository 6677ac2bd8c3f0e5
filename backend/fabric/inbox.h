// What hosts say of instances, on its way to the core: bounded, and one service cannot hold back
// another.
#pragma once

#include "slipway/v1/machine.pb.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace slipway::fabric
{

// Statuses and happenings wait here by deployment, and deployments take turns. Usually nothing
// waits for longer than a turn of the thread. Of an instance that says more than can be followed
// the latest status counts; of happenings that pile up the first ones.
class Inbox
{
public:
    static constexpr std::size_t kStatusesMax = 8;     // of one instance
    static constexpr std::size_t kHappeningsMax = 256; // of one deployment

    // A status or a happening.
    void add(const v1::Observation &observation);
    // What this host said of its instances holds no more: it is lost, or tells everything anew.
    void forgetStatuses(const std::string &host_id);
    void clear();
    bool empty() const { return m_queues.empty(); }
    // The next one, of the deployment whose turn it is.
    std::optional<v1::Observation> take();

private:
    struct Queue {
        std::deque<v1::Observation> waiting;         // in the order of their coming
        std::map<std::string, std::size_t> statuses; // waiting, by instance
        std::size_t happenings = 0;                  // waiting
        std::uint64_t dropped = 0;                   // happenings, since it was told
    };

    void addStatus(Queue &queue, const v1::Observation &observation);
    void addHappening(Queue &queue, const v1::Observation &observation);
    static v1::Observation tellDropped(const std::string &deployment_id, std::uint64_t count);

    std::map<std::string, Queue> m_queues; // by deployment; none is empty
    std::string m_last;                    // whose turn it was
};

} // namespace slipway::fabric
