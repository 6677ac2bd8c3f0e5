// The keeper's own small files and its log.
#pragma once

#include "backend/edge/proxy_process.h"
#include "slipway/v1/machine.pb.h"

#include <filesystem>
#include <string>
#include <vector>

namespace slipway::edge
{

// In the folder of which HAProxy can write a part. Mode 0600.
Result<void> writeFile(const std::filesystem::path &file, const std::string &text);
std::string readFile(const std::filesystem::path &file); // empty when there is none
void logProblem(const std::string &text);                // to standard error, with the time

// What a restarted keeper must know to take a running HAProxy over.
struct KeeperState {
    std::uint64_t revision = 0;
    std::uint64_t generation = 0; // of the newest process
    ProcessIdentity current;
    std::vector<ProcessIdentity> retired;
    std::set<WantedFrontend> frontends; // of the current process
    std::map<PoolKind, unsigned> capacity;
    std::map<std::string, std::string> backend_by_pool;
};
std::string writeState(const KeeperState &state);
KeeperState parseState(const std::string &text); // what cannot be read is left out

// What HAProxy says in its output when it cannot start: its alerts, without the changing numbers.
std::string complaintOf(const std::string &output);

// Running HAProxy processes that use a configuration below the edge's `folder`, whoever started
// them.
std::vector<int> findProxies(const std::filesystem::path &folder);

} // namespace slipway::edge
