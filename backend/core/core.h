// The deterministic machine: state + input -> changes; state -> plan. No clock, no randomness, no
// I/O, no threads: time and ids come in with the input. The same inputs give the same state, byte
// for byte.
#pragma once

#include "backend/proto/result.h"
#include "slipway/v1/fabric.pb.h"
#include "slipway/v1/machine.pb.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace slipway::core
{

using InstanceKey = std::pair<std::string, std::string>; // deployment id, instance name

// Something that has to be over within a limit of running time.
struct Wait {
    std::int64_t since_ms = 0; // Context::running_ms
    std::int64_t limit_ms = 0;
    bool operator==(const Wait &) const = default;
};

// Hosts that were lost within a short time, and are waited for before anybody takes their place.
struct LostHosts {
    std::set<std::string> awaited;
    std::size_t together = 0;  // lost, whether back or not
    std::int64_t last_ms = 0;  // running time of the latest loss
    std::int64_t until_ms = 0; // waited for until then, or until one can take instances at all
};

// Everything the fabric knows, as contract messages keyed by id. A replay of stored changes
// rebuilds it.
struct State {
    std::uint64_t revision = 0;
    std::uint64_t next_event_id = 1;
    v1::Settings settings;
    std::map<std::string, v1::CloudService> services;
    std::map<std::string, v1::Deployment> deployments;
    std::map<InstanceKey, v1::RoleInstance> instances;
    std::map<std::string, v1::Host> hosts;
    std::map<std::string, v1::Package> packages;
    std::map<std::string, v1::Operation> operations; // running ones, and ended ones for a while
    std::map<std::string, std::string> operation_of_request; // request id -> operation id
    // Not stored: after a restart, as after a suspend, every wait begins anew.
    std::map<std::string, Wait> waits; // by what is waited for (waits.h)
    LostHosts lost_hosts;
};

// Ids and time for one input. `seed` is 32 hex digits of the caller's randomness; ids are derived
// from it.
struct Context {
    std::int64_t now_ms = 0; // wall clock: what people are shown
    std::string seed;
    // Only grows, and stands still while the machine sleeps: what deadlines are judged by.
    std::int64_t running_ms = 0;
};

struct Applied {
    std::vector<v1::Change> changes; // already applied to the state, each under the new revision
    v1::CommandReply reply;
};

// Checks a command, applies it to `state` and returns what changed. On an error (and with
// validate_only) the state is untouched. A repeated request id answers with its first operation and
// changes nothing.
Result<Applied> apply(State &state, const v1::Command &command, const Context &context);
// An observation never fails: what no longer fits is ignored.
std::vector<v1::Change> observe(State &state, const v1::Observation &observation,
                                const Context &context);
// The machine slept: all deadlines begin anew.
void restartWaits(State &state);
// Puts one stored change into the state (loading the store).
void restore(State &state, const v1::Change &change);

// What the world should look like: whole orders per host, and the whole routing table.
struct Plan {
    std::map<std::string, v1::HostOrders> orders; // by host id; content_path is left to the shell
    v1::RoutingTable table;
    std::int64_t next_deadline_ms = 0; // running time at which a tick is due; 0: none
};
// Level-triggered: may be called at any time, and says the same for the same state.
Plan plan(const State &state);

// Settings of a new fabric. `address_prefix` is the /24 it takes, e.g. "127.77.3".
v1::Settings defaultSettings(const std::string &fabric_id, const std::string &address_prefix);
// Sizes of reference 3, with the operator's prices.
std::vector<v1::VmSize> vmSizes(const v1::Settings &settings);

} // namespace slipway::core
