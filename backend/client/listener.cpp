#include "backend/client/listener.h"

namespace slipway::client
{

bool Listener::begin()
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return false;
    m_running = std::this_thread::get_id();
    return true;
}

void Listener::end()
{
    const std::lock_guard lock(m_mutex);
    m_running = {};
    m_ended.notify_all();
}

void Listener::close()
{
    const std::lock_guard lock(m_mutex);
    m_closed = true;
}

void Listener::waitForRunning()
{
    std::unique_lock lock(m_mutex);
    m_ended.wait(lock, [this] {
        return m_running == std::thread::id() || m_running == std::this_thread::get_id();
    });
}

ListenerSubscription::ListenerSubscription(std::shared_ptr<Listener> listener,
                                           std::function<void()> cancel)
    : m_listener(std::move(listener)), m_cancel(std::move(cancel))
{
}

ListenerSubscription::~ListenerSubscription()
{
    m_listener->close();
    m_cancel();
    m_listener->waitForRunning();
}

} // namespace slipway::client
