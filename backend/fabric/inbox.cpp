#include "backend/fabric/inbox.h"

#include <algorithm>
#include <cassert>

namespace slipway::fabric
{

void Inbox::add(const v1::Observation &observation)
{
    if (observation.has_instance_status())
        addStatus(m_queues[observation.instance_status().deployment_id()], observation);
    else if (observation.has_happening())
        addHappening(m_queues[observation.happening().deployment_id()], observation);
}

void Inbox::addStatus(Queue &queue, const v1::Observation &observation)
{
    const std::string &name = observation.instance_status().name();
    std::size_t &waiting = queue.statuses[name];
    if (waiting < kStatusesMax) {
        ++waiting;
        queue.waiting.push_back(observation);
        return;
    }
    // The same host's, when it said any: of an instance that moves two hosts speak.
    const auto isOfTheSame = [&](const v1::Observation &one) {
        return one.has_instance_status() && one.instance_status().name() == name;
    };
    auto latest = std::find_if(queue.waiting.rbegin(), queue.waiting.rend(), [&](const auto &one) {
        return isOfTheSame(one) && one.host_id() == observation.host_id();
    });
    if (latest == queue.waiting.rend())
        latest = std::find_if(queue.waiting.rbegin(), queue.waiting.rend(), isOfTheSame);
    assert(latest != queue.waiting.rend()); // statuses counts what waits
    *latest = observation;
}

void Inbox::addHappening(Queue &queue, const v1::Observation &observation)
{
    if (queue.happenings >= kHappeningsMax) {
        ++queue.dropped;
        return;
    }
    ++queue.happenings;
    queue.waiting.push_back(observation);
}

void Inbox::forgetStatuses(const std::string &host_id)
{
    for (auto &[id, queue] : m_queues) {
        std::erase_if(queue.waiting, [&queue = queue, &host_id](const auto &one) {
            if (!one.has_instance_status() || one.host_id() != host_id)
                return false;
            --queue.statuses[one.instance_status().name()];
            return true;
        });
    }
    std::erase_if(m_queues, [](const auto &entry) {
        return entry.second.waiting.empty() && entry.second.dropped == 0;
    });
}

void Inbox::clear()
{
    m_queues.clear();
}

std::optional<v1::Observation> Inbox::take()
{
    if (m_queues.empty())
        return std::nullopt;
    auto turn = m_queues.upper_bound(m_last);
    if (turn == m_queues.end())
        turn = m_queues.begin();
    m_last = turn->first;
    Queue &queue = turn->second;
    if (queue.waiting.empty()) {
        v1::Observation told = tellDropped(turn->first, queue.dropped);
        m_queues.erase(turn);
        return told;
    }
    v1::Observation next = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    if (next.has_happening())
        --queue.happenings;
    else if (--queue.statuses[next.instance_status().name()] == 0)
        queue.statuses.erase(next.instance_status().name());
    if (queue.waiting.empty() && queue.dropped == 0)
        m_queues.erase(turn);
    return next;
}

v1::Observation Inbox::tellDropped(const std::string &deployment_id, std::uint64_t count)
{
    v1::Observation observation;
    v1::Happening &happening = *observation.mutable_happening();
    happening.set_deployment_id(deployment_id);
    happening.set_severity(v1::WARNING);
    happening.set_kind("HappeningsDropped");
    happening.set_message(std::to_string(count) + " messages about instances were dropped");
    happening.set_cause("they came faster than they could be written down");
    return observation;
}

} // namespace slipway::fabric
