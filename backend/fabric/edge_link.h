// What the controller asks of the data plane's keeper, whatever stands behind it.
#pragma once

#include "slipway/v1/machine.pb.h"

#include <cstdint>
#include <functional>
#include <string>

namespace slipway::fabric
{

// Called on the fabric's thread, never from inside a call to the link.
struct EdgeObserver {
    std::function<void(const v1::EdgeHello &)> connected;
    std::function<void(const v1::EdgeReport &)> reported;
    std::function<void(const v1::EdgeMetrics &)> sampled;
    std::function<void(const v1::Happening &)> happened;
    std::function<void(const std::string &cause)> lost;
};

class EdgeLink
{
public:
    virtual ~EdgeLink() = default;

    // Adopts a keeper that is alive from an earlier controller, or starts one; keeps it alive.
    virtual void start(EdgeObserver observer) = 0;
    // The whole wanted table; sent again to every keeper that connects.
    virtual void setTable(const v1::RoutingTable &table) = 0;
    // Reports were lost: makes the keeper introduce itself and report again.
    virtual void reportAgain() = 0;
    // Ends the keeper and its HAProxy within about grace_ms, then calls done.
    virtual void stop(std::uint32_t grace_ms, std::function<void()> done) = 0;
    // Lets go: keeper and HAProxy go on with their last table.
    virtual void detach() = 0;

    virtual int pid() const = 0; // 0: none
    virtual int haproxyPid() const = 0;
    // Why no address is served, in the words of what does not start; empty: they are.
    virtual std::string problem() const { return {}; }
};

} // namespace slipway::fabric
