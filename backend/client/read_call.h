#pragma once

#include "backend/client/link.h"
#include "backend/client/listener.h"

#include <grpcpp/support/client_callback.h>

namespace slipway::client
{

// One stream from the fabric. Deletes itself. The next message is read after the last one was
// heard, so a slow listener holds the fabric's writer back, which then cuts us.
template <typename Message> class ReadCall final : public grpc::ClientReadReactor<Message>
{
public:
    using OnMessage = std::function<void(const Message &)>;
    using OnEnd = std::function<void(const v1::Error &)>;

    ReadCall(Link &link, CallPtr call, std::shared_ptr<Listener> listener, OnMessage on_message,
             OnEnd on_end)
        : m_link(link), m_call(std::move(call)), m_listener(std::move(listener)),
          m_on_message(std::move(on_message)), m_on_end(std::move(on_end))
    {
    }

    void start()
    {
        this->StartRead(&m_message);
        this->StartCall();
    }

    void OnReadDone(bool ok) override
    {
        if (!ok)
            return; // OnDone follows
        m_listener->deliver([this] { m_on_message(m_message); });
        this->StartRead(&m_message);
    }

    void OnDone(const grpc::Status &status) override
    {
        const v1::Error error = toError(status, m_link.address);
        m_listener->deliver([&] {
            if (m_on_end)
                m_on_end(error);
        });
        Calls &calls = m_link.calls;
        const CallPtr call = std::move(m_call);
        delete this; // with the callbacks and what they hold, before the client may end
        calls.remove(call.get());
    }

private:
    Link &m_link;
    CallPtr m_call;
    std::shared_ptr<Listener> m_listener;
    OnMessage m_on_message;
    OnEnd m_on_end;
    Message m_message;
};

// `method` is called with (async stub, context, request, reactor).
template <typename Message, typename Request, typename Method>
std::unique_ptr<Subscription> listen(Link &link, const Request &request, Method method,
                                     typename ReadCall<Message>::OnMessage on_message,
                                     typename ReadCall<Message>::OnEnd on_end)
{
    auto call = std::make_shared<Call>(0);
    auto listener = std::make_shared<Listener>();
    auto subscription =
        std::make_unique<ListenerSubscription>(listener, [call] { call->cancel(); });
    const auto refused = link.refusal(request);
    if (refused || !link.calls.add(call)) {
        if (on_end)
            on_end(refused.value_or(clientEnded()));
        return subscription;
    }
    auto *reactor = new ReadCall<Message>(link, call, listener, std::move(on_message),
                                          std::move(on_end)); // deletes itself
    method(link.stub->async(), &call->context, &request, reactor);
    reactor->start();
    return subscription;
}

} // namespace slipway::client
