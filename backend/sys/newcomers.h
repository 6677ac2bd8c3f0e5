// Connections that have not said hello yet: for a while, and not too many of them.
#pragma once

#include "backend/sys/message_channel.h"

#include <chrono>
#include <deque>

namespace slipway::sys
{

// Whoever may open the socket may open it again and again: without a limit that takes up all
// descriptors of the process. When all places are taken the oldest one goes, for who means it says
// hello at once. On the thread of its io_context.
class Newcomers
{
public:
    static constexpr std::size_t kPlaces = 64;
    static constexpr std::chrono::milliseconds kPatience{5'000};

    explicit Newcomers(asio::io_context &io, std::size_t places = kPlaces,
                       std::chrono::milliseconds patience = kPatience);
    ~Newcomers();

    // Closes the channel, without a word to its owner, unless it leaves in time.
    void enter(ChannelPtr channel);
    // It said hello, or is closed. Harmless when it is not here.
    void leave(const ChannelPtr &channel);
    void closeAll();
    std::size_t size() const { return m_waiting.size(); }

private:
    using Clock = asio::steady_timer::clock_type;
    struct Waiting {
        ChannelPtr channel;
        Clock::time_point until;
    };

    void closeFirst();
    void watch();

    asio::steady_timer m_timer;
    const std::size_t m_places;
    const std::chrono::milliseconds m_patience;
    std::deque<Waiting> m_waiting; // in the order of their coming, and so of their times
    const std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace slipway::sys
