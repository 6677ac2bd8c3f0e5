// Whether somebody still wants to hear: the promise of Subscription lives here.
#pragma once

#include "backend/client/fabric_client.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace slipway::client
{

// Any thread. Callbacks of one listener come one after the other.
class Listener
{
public:
    template <typename Callback> void deliver(Callback &&callback)
    {
        if (!begin())
            return;
        callback();
        end();
    }

    // No callback starts any more.
    void close();
    // Waits for a callback that runs on another thread; one may drop its own subscription.
    void waitForRunning();

private:
    bool begin();
    void end();

    std::mutex m_mutex;
    std::condition_variable m_ended;
    std::thread::id m_running; // none: no callback runs
    bool m_closed = false;
};

// Closes the listener, then cancels what feeds it.
class ListenerSubscription final : public Subscription
{
public:
    ListenerSubscription(std::shared_ptr<Listener> listener, std::function<void()> cancel);
    ~ListenerSubscription() override;

private:
    std::shared_ptr<Listener> m_listener;
    std::function<void()> m_cancel;
};

} // namespace slipway::client
