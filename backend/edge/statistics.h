// Reading what HAProxy tells about itself: `show stat`, `show sess`, `show servers state`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::edge
{

struct ServerStat { // counters grow from the process's start
    std::string backend;
    std::string server;
    std::uint64_t open = 0;        // requests (or tcp connections) now, queued ones too
    std::uint64_t connections = 0; // to the server now, also idle ones; tcp: the same as open
    std::uint64_t sessions = 0;    // ever assigned
    std::uint64_t answers = 0;     // http answers of any status
    std::uint64_t answers_5xx = 0;
    std::uint64_t connect_errors = 0;
    std::uint64_t response_errors = 0;
    bool http = false;
    bool checked = false;
    bool up = true; // as its check says; true without one
};

// Servers' rows only. Columns are found by the header's names, so more of them do no harm.
std::vector<ServerStat> parseStats(std::string_view csv);

struct Session {
    std::string id; // for `shutdown session`
    std::string frontend;
    std::string backend;
    std::string server;
};
std::vector<Session> parseSessions(std::string_view text);

struct ServerState {
    std::string backend;
    std::string server;
    bool maintenance = false;
    bool drain = false;
};
std::vector<ServerState> parseServersState(std::string_view text);

// Key to value from `show map`.
std::map<std::string, std::string> parseMap(std::string_view text);
// A number from `show info`; 0 when it is not there.
std::uint64_t infoNumber(std::string_view info, std::string_view name);

} // namespace slipway::edge
