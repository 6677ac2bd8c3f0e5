// The deterministic machine: state + input -> changes; state -> plan. No clock, no randomness, no
// I/O, no threads: time and ids come in with the input. The same inputs give the same state, byte
// for byte.
#pragma once

#include "backend/proto/result.h"
#include "slipway/v1/fabric.pb.h"
#include "slipway/v1/machine.pb.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace slipway::core
{

using InstanceKey = std::pair<std::string, std::string>; // deployment id, instance name

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
};

// Ids and time for one input. `seed` is 32 hex digits of the caller's randomness; ids are derived
// from it.
struct Context {
    std::int64_t now_ms = 0;
    std::string seed;
};

struct Applied {
    std::vector<v1::Change> changes; // already applied to the state, each under the new revision
    v1::CommandReply reply;
};

// Checks a command, applies it to `state` and returns what changed. On an error (and with
// validate_only) the state is untouched. Repeated requests are the caller's business: here each one
// is a new one.
Result<Applied> apply(State &state, const v1::Command &command, const Context &context);
// An observation never fails: what no longer fits is ignored.
std::vector<v1::Change> observe(State &state, const v1::Observation &observation,
                                const Context &context);
// Puts one stored change into the state (loading the store).
void restore(State &state, const v1::Change &change);

// What the world should look like: whole orders per host, and the whole routing table.
struct Plan {
    std::map<std::string, v1::HostOrders> orders; // by host id; content_path is left to the shell
    v1::RoutingTable table;
    std::int64_t next_deadline_ms = 0; // when a tick is due at the latest; 0: none
};
// Level-triggered: may be called at any time, and says the same for the same state.
Plan plan(const State &state);

// Settings of a new fabric. `address_prefix` is the /24 it takes, e.g. "127.77.3".
v1::Settings defaultSettings(const std::string &fabric_id, const std::string &address_prefix);
// With what an older program's settings lack.
v1::Settings withDefaults(v1::Settings settings);
// Sizes of reference 3, with the operator's prices.
std::vector<v1::VmSize> vmSizes(const v1::Settings &settings);

} // namespace slipway::core
