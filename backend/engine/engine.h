// What the controller asks to run instances, whatever runs them. Orders are the whole wanted state
// of a host each time (level-triggered): an engine makes reality match, and reports what it sees.
#pragma once

#include "slipway/v1/machine.pb.h"

#include <functional>
#include <string>
#include <vector>

namespace slipway::engine
{

struct HostSpec {
    std::string id; // "host-1"
    std::uint32_t fault_domain = 0;
    bool operator==(const HostSpec &) const = default;
};

struct Fleet {
    std::vector<HostSpec> hosts;
    std::uint32_t rejoin_ms = 5'000;  // a host that died comes back empty after this
    bool accept_no_isolation = false; // the operator's word: better none than not at all
    bool operator==(const Fleet &) const = default;
};

// Called on the fabric's thread, never from inside a call to the engine.
struct EngineObserver {
    std::function<void(const v1::Observation &)> observed; // decisions depend on it
    std::function<void(const v1::HostMetrics &)> sampled;  // decisions do not
};

class Engine
{
public:
    virtual ~Engine() = default;

    // Makes these hosts exist: adopts those that are alive from an earlier controller, starts the
    // others.
    virtual void start(const Fleet &fleet, EngineObserver observer) = 0;
    // Starts hosts that are new; ends those that are no longer listed, with all they hold, and says
    // nothing of them any more.
    virtual void setFleet(const Fleet &fleet) = 0;
    // Replaces the orders of one host. Repeating the same orders is harmless.
    virtual void setOrders(const std::string &host_id, const v1::HostOrders &orders) = 0;
    // Observations were lost: observes again, from the beginning, what there is.
    virtual void observeAgain() = 0;
    // Ends hosts and instances within about grace_ms, then calls done. After detach() nothing ends:
    // the hosts go on with their last orders.
    virtual void stop(std::uint32_t grace_ms, std::function<void()> done) = 0;
    virtual void detach() = 0;

    virtual std::string name() const = 0; // "local", "simulated"
};

} // namespace slipway::engine
