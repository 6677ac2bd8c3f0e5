#pragma once

#include "backend/client/fabric_client.h"

#include <atomic>
#include <grpcpp/channel.h>
#include <thread>

namespace slipway::client
{

// Keeps the channel connecting and tells of its changes, on a thread of its own. After a loss the
// state stays Lost until the channel is ready again: the tries in between are no news.
class ConnectionWatcher
{
public:
    using OnChange = std::function<void(ConnectionState)>;

    ConnectionWatcher(std::shared_ptr<grpc::Channel> channel, OnChange on_change);
    ~ConnectionWatcher(); // no callback starts or runs after it; waits at most 200 ms
    ConnectionWatcher(const ConnectionWatcher &) = delete;
    ConnectionWatcher &operator=(const ConnectionWatcher &) = delete;

private:
    void run();

    std::shared_ptr<grpc::Channel> m_channel;
    OnChange m_on_change;
    std::atomic<bool> m_stop = false;
    std::thread m_thread; // last: it uses the rest
};

} // namespace slipway::client
