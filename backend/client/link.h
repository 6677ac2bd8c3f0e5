#pragma once

#include "backend/client/calls.h"
#include "backend/client/status_error.h"
#include "backend/proto/utf8.h"
#include "backend/sys/place_trust.h"
#include "slipway/v1/fabric.grpc.pb.h"

#include <filesystem>
#include <optional>

namespace slipway::client
{

// What every call of one client needs. Owned by the client; `calls` goes first, so that no call is
// left when the rest goes.
struct Link {
    // Why this may not be said: asked before every call, since a socket may be another one by then.
    std::optional<v1::Error> refusal(const google::protobuf::Message &request) const
    {
        if (auto broken = refuseBrokenText(request))
            return broken;
        if (socket.empty())
            return std::nullopt;
        const auto trusted = sys::checkSocketTrust(socket);
        return trusted ? std::nullopt : std::optional(trusted.error());
    }

    std::string address;          // for people
    std::filesystem::path socket; // empty: an address that the operator named
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<v1::Fabric::Stub> stub;
    Calls calls;
};

inline v1::Error clientEnded()
{
    return makeError(v1::Error::CANCELLED, "CLIENT_ENDED",
                     "The connection was closed on our side.");
}

// Asks one question. `method` is called with (async stub, context, request, response, callback);
// `done` is called exactly once.
template <typename Response, typename Request, typename Method, typename Done>
CallPtr ask(Link &link, const Request &request, int deadline_ms, Method method, Done done)
{
    struct Exchange {
        Request request;
        Response response;
        Done done;
    };
    auto call = std::make_shared<Call>(deadline_ms);
    auto exchange = std::make_shared<Exchange>(Exchange{request, {}, std::move(done)});
    if (const auto refused = link.refusal(request)) {
        exchange->done(Failure(*refused));
        return call;
    }
    if (!link.calls.add(call)) {
        exchange->done(Failure(clientEnded()));
        return call;
    }
    method(link.stub->async(), &call->context, &exchange->request, &exchange->response,
           [&link, call, exchange](const grpc::Status &status) mutable {
               if (status.ok())
                   exchange->done(std::move(exchange->response));
               else
                   exchange->done(Failure(toError(status, link.address)));
               exchange.reset(); // with what the callback holds, before the client may end
               link.calls.remove(call.get());
           });
    return call;
}

} // namespace slipway::client
