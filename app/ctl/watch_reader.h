#pragma once

#include "app/ctl/session.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace slipway::ctl
{

// A watch read step by step. The queue between gRPC's threads and the reader is bounded: a full one
// holds the stream back, and the fabric then sends a resync.
class WatchReader
{
public:
    using Clock = std::chrono::steady_clock;

    WatchReader(Session &session, const v1::WatchRequest &request);
    ~WatchReader();
    WatchReader(const WatchReader &) = delete;
    WatchReader &operator=(const WatchReader &) = delete;

    // The next message; none when the time is over or the stream has ended (see ended()).
    std::optional<v1::WatchResponse> next(Clock::time_point until);
    // The error that ended the stream: without a message when it simply ended.
    std::optional<v1::Error> ended() const;

private:
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        std::deque<v1::WatchResponse> messages;
        std::optional<v1::Error> ended;
        bool closed = false;
    };

    std::shared_ptr<Shared> m_shared = std::make_shared<Shared>();
    std::unique_ptr<client::Subscription> m_watch;
};

} // namespace slipway::ctl
