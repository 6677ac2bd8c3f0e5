// The calls of one client that are under way, so that its end can cancel them and wait.
#pragma once

#include <condition_variable>
#include <grpcpp/client_context.h>
#include <map>
#include <memory>
#include <mutex>

namespace slipway::client
{

// Shared by who may cancel and by gRPC's reactor; cancelling is harmless at any time.
struct Call {
    // Says who we are; without a deadline when `deadline_ms` is 0.
    explicit Call(int deadline_ms);
    void cancel() { context.TryCancel(); }

    grpc::ClientContext context;
};
using CallPtr = std::shared_ptr<Call>;

class Calls
{
public:
    ~Calls() { endAll(); }

    // False once the end has begun; the call must then not be started.
    bool add(const CallPtr &call);
    // The last thing that a call does with its client.
    void remove(const Call *call);
    // Cancels everything and waits until every call is removed.
    void endAll();

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<const Call *, CallPtr> m_calls;
    bool m_ended = false;
};

} // namespace slipway::client
