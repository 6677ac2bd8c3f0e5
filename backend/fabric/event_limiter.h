// Keeps one thing that goes wrong over and over from filling the history: of each kind of event of
// each instance so many are kept, then one that says how many more there were.
#pragma once

#include "slipway/v1/fabric.pb.h"
#include "slipway/v1/machine.pb.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace slipway::fabric
{

// Deterministic: time comes in with the call. What operators do is never limited.
class EventLimiter
{
public:
    // Takes out of `changes` the events that are too many, and shortens texts that are too long.
    void limit(std::vector<v1::Change> &changes, std::int64_t now_ms);
    // What was left out and has to be told by now.
    std::vector<v1::Happening> takeSummaries(std::int64_t now_ms);

private:
    struct Source {
        void refill(std::int64_t now_ms);
        v1::Happening summary(std::int64_t now_ms); // and counts anew

        int allowance = 0; // so many more are kept
        std::int64_t filled_ms = 0;
        std::int64_t since_ms = 0; // when the first one was left out
        std::uint64_t left_out = 0;
        v1::Event last;
    };

    bool admit(const v1::Event &event, std::int64_t now_ms);

    std::map<std::string, Source> m_sources;
};

} // namespace slipway::fabric
