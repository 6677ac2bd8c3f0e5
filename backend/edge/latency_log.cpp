#include "backend/edge/latency_log.h"

#include <algorithm>
#include <charconv>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::edge
{

namespace
{

constexpr std::size_t kReservoirSize = 2048;
constexpr int kLinesPerTurn = 2000;
constexpr std::size_t kServersMax = 50'000; // more have no place in one second
constexpr int kReceiveBufferBytes = 1024 * 1024;

std::string_view nextWord(std::string_view &text)
{
    const std::size_t end = text.find_first_of(" \n");
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return word;
}

std::int64_t numberOr(std::string_view text, std::int64_t otherwise)
{
    std::int64_t value = otherwise;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

} // namespace

std::optional<LoggedRequest> parseLogLine(std::string_view line)
{
    LoggedRequest request;
    request.backend = nextWord(line);
    request.server = nextWord(line);
    const std::int64_t begin_us = numberOr(nextWord(line), -1);
    const std::int64_t end_us = numberOr(nextWord(line), -1);
    const std::int64_t status = numberOr(nextWord(line), -1);
    if (request.server.empty() || request.server.front() == '<' || status < 0)
        return {};
    if (begin_us < 0 || end_us < begin_us) // the date was set back in between
        return {};
    request.latency_us = std::uint32_t(std::min<std::int64_t>(end_us - begin_us, UINT32_MAX));
    return request;
}

void LatencyReservoir::add(std::uint32_t latency_us, std::minstd_rand &random)
{
    ++m_seen;
    if (m_values_us.size() < kReservoirSize) {
        m_values_us.push_back(latency_us);
        return;
    }
    const std::uint64_t position =
        std::uniform_int_distribution<std::uint64_t>(0, m_seen - 1)(random);
    if (position < kReservoirSize)
        m_values_us[position] = latency_us;
}

void LatencyReservoir::merge(const LatencyReservoir &other)
{
    m_values_us.insert(m_values_us.end(), other.m_values_us.begin(), other.m_values_us.end());
    m_seen += other.m_seen;
}

LatencySummary LatencyReservoir::summary()
{
    if (m_values_us.empty())
        return {};
    std::sort(m_values_us.begin(), m_values_us.end());
    const auto percentile = [this](std::size_t percent) {
        return m_values_us[std::min(m_values_us.size() - 1, m_values_us.size() * percent / 100)];
    };
    std::uint64_t sum = 0;
    for (const std::uint32_t value : m_values_us)
        sum += value;
    return {std::uint32_t(sum / m_values_us.size()), percentile(50), percentile(95),
            percentile(99)};
}

LatencyLog::LatencyLog(asio::io_context &io) : m_socket(io) {}

Result<void> LatencyLog::open(const std::filesystem::path &socket, std::uint32_t group)
{
    std::error_code error;
    m_socket.close(error);
    std::filesystem::remove(socket, error);
    m_socket.open(asio::local::datagram_protocol(), error);
    if (!error)
        m_socket.bind(asio::local::datagram_protocol::endpoint(socket.string()), error);
    if (error)
        return failure(v1::Error::UNAVAILABLE, "LOG_SOCKET_NOT_BOUND",
                       "Cannot receive HAProxy's log on " + socket.string() + ": " +
                           error.message() + ".",
                       socket.string());
    const bool shared = group != 0 && chown(socket.c_str(), 0, group) == 0;
    chmod(socket.c_str(), shared ? 0620 : 0600);
    m_socket.set_option(asio::socket_base::receive_buffer_size(kReceiveBufferBytes), error);
    m_socket.non_blocking(true, error);
    receive();
    return {};
}

void LatencyLog::receive()
{
    m_socket.async_wait(asio::socket_base::wait_read, [this](std::error_code error) {
        if (error)
            return;
        readAll();
        receive();
    });
}

void LatencyLog::readAll()
{
    char buffer[1024];
    std::error_code error;
    for (int line = 0; line < kLinesPerTurn; ++line) { // the rest after everybody else's turn
        const std::size_t count = m_socket.receive(asio::buffer(buffer), 0, error);
        if (error)
            return;
        auto request = parseLogLine(std::string_view(buffer, count));
        if (request && m_reservoirs.size() < kServersMax)
            m_reservoirs[{std::move(request->backend), std::move(request->server)}].add(
                request->latency_us, m_random);
    }
}

std::map<ServerPath, LatencyReservoir> LatencyLog::take()
{
    return std::exchange(m_reservoirs, {});
}

} // namespace slipway::edge
