#include "backend/client/connection_watcher.h"

#include <chrono>

namespace slipway::client
{

namespace
{

// A wait for a change cannot be called off in gRPC, so it is short; the end waits for it.
constexpr auto kLookInterval = std::chrono::milliseconds(200);

ConnectionState next(ConnectionState previous, grpc_connectivity_state state)
{
    switch (state) {
    case GRPC_CHANNEL_READY:
        return ConnectionState::Ready;
    case GRPC_CHANNEL_TRANSIENT_FAILURE:
    case GRPC_CHANNEL_SHUTDOWN:
        return ConnectionState::Lost;
    case GRPC_CHANNEL_IDLE:
    case GRPC_CHANNEL_CONNECTING:
        break;
    }
    return previous == ConnectionState::Ready ? ConnectionState::Lost : previous;
}

} // namespace

ConnectionWatcher::ConnectionWatcher(std::shared_ptr<grpc::Channel> channel, OnChange on_change)
    : m_channel(std::move(channel)), m_on_change(std::move(on_change)), m_thread([this] { run(); })
{
}

ConnectionWatcher::~ConnectionWatcher()
{
    m_stop = true;
    m_thread.join();
}

void ConnectionWatcher::run()
{
    grpc_connectivity_state seen = m_channel->GetState(true);
    ConnectionState told = next(ConnectionState::Connecting, seen);
    m_on_change(told);
    while (!m_stop) {
        m_channel->WaitForStateChange(seen, std::chrono::system_clock::now() + kLookInterval);
        seen = m_channel->GetState(true);
        const ConnectionState now = next(told, seen);
        if (now != told && !m_stop)
            m_on_change(now);
        told = now;
    }
}

} // namespace slipway::client
