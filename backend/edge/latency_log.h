// Latencies of requests from HAProxy's log: datagrams on a Unix socket, a sample under load.
#pragma once

#include "backend/proto/result.h"

#include <asio.hpp>
#include <asio/local/datagram_protocol.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::edge
{

struct LoggedRequest {
    std::string backend;
    std::string server;
    std::uint32_t latency_us = 0;
};
// "<backend> <server> <begin> <end> <status>": begin and end are dates in microseconds, from the
// request's head to the answer's; the status is -1 without an answer. Empty for requests that no
// server got or nobody answered.
std::optional<LoggedRequest> parseLogLine(std::string_view line);

struct LatencySummary {
    std::uint32_t average_us = 0;
    std::uint32_t p50_us = 0;
    std::uint32_t p95_us = 0;
    std::uint32_t p99_us = 0;
};

// A fair sample of bounded size of everything that was added.
class LatencyReservoir
{
public:
    void add(std::uint32_t latency_us, std::minstd_rand &random);
    LatencySummary summary(); // zeros when empty
    void merge(const LatencyReservoir &other);

private:
    std::vector<std::uint32_t> m_values_us;
    std::uint64_t m_seen = 0;
};

using ServerPath = std::pair<std::string, std::string>; // backend, server

class LatencyLog
{
public:
    explicit LatencyLog(asio::io_context &io);
    // Binds the socket; HAProxy goes on logging to its path when it was made again. `group` may
    // write to it besides this user; 0: nobody.
    Result<void> open(const std::filesystem::path &socket, std::uint32_t group);
    std::map<ServerPath, LatencyReservoir> take(); // since the last call

private:
    void receive();
    void readAll();

    asio::local::datagram_protocol::socket m_socket;
    std::map<ServerPath, LatencyReservoir> m_reservoirs;
    std::minstd_rand m_random;
};

} // namespace slipway::edge
