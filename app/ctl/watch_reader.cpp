#include "app/ctl/watch_reader.h"

namespace slipway::ctl
{

namespace
{

constexpr std::size_t kMessagesMax = 256;

} // namespace

WatchReader::WatchReader(Session &session, const v1::WatchRequest &request)
{
    m_watch = session.client().watch(
        request, {[shared = m_shared](const v1::WatchResponse &message) {
                      std::unique_lock lock(shared->mutex);
                      shared->changed.wait(lock, [&] {
                          return shared->closed || shared->messages.size() < kMessagesMax;
                      });
                      shared->messages.push_back(message);
                      shared->changed.notify_all();
                  },
                  [shared = m_shared](const v1::Error &error) {
                      const std::lock_guard lock(shared->mutex);
                      shared->ended = error;
                      shared->changed.notify_all();
                  }});
}

WatchReader::~WatchReader()
{
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->closed = true;
    }
    m_shared->changed.notify_all();
}

std::optional<v1::WatchResponse> WatchReader::next(Clock::time_point until)
{
    std::unique_lock lock(m_shared->mutex);
    m_shared->changed.wait_until(lock, until,
                                 [this] { return !m_shared->messages.empty() || m_shared->ended; });
    if (m_shared->messages.empty())
        return std::nullopt;
    v1::WatchResponse message = std::move(m_shared->messages.front());
    m_shared->messages.pop_front();
    m_shared->changed.notify_all();
    return message;
}

std::optional<v1::Error> WatchReader::ended() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->messages.empty() ? m_shared->ended : std::nullopt;
}

} // namespace slipway::ctl
