#include "backend/client/calls.h"

#include <chrono>
#include <vector>

namespace slipway::client
{

Call::Call(int deadline_ms)
{
    // The server then sends errors with all their problems, whatever their size.
    context.AddMetadata("x-slipway-client", SLIPWAY_VERSION);
    if (deadline_ms > 0)
        context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::milliseconds(deadline_ms));
}

bool Calls::add(const CallPtr &call)
{
    const std::lock_guard lock(m_mutex);
    if (m_ended)
        return false;
    m_calls.emplace(call.get(), call);
    return true;
}

void Calls::remove(const Call *call)
{
    // Notified under the lock: the waiting destructor takes it before it lets this object go.
    const std::lock_guard lock(m_mutex);
    m_calls.erase(call);
    m_changed.notify_all();
}

void Calls::endAll()
{
    std::vector<CallPtr> open;
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
        for (const auto &[key, call] : m_calls)
            open.push_back(call);
    }
    for (const auto &call : open)
        call->cancel();
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_calls.empty(); });
}

} // namespace slipway::client
