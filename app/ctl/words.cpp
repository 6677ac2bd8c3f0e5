#include "app/ctl/words.h"

#include "backend/sys/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <ctime>
#include <filesystem>

namespace slipway::ctl
{

namespace
{

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

template <typename... Values> std::string format(const char *pattern, Values... values)
{
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), pattern, values...);
    return buffer.data();
}

std::string localTime(std::time_t seconds, const char *pattern)
{
    std::array<char, 64> buffer{};
    if (const std::tm *local = std::localtime(&seconds)) // one thread prints
        std::strftime(buffer.data(), buffer.size(), pattern, local);
    return buffer.data();
}

} // namespace

std::string slotName(v1::SlotKind slot)
{
    return slot == v1::SLOT_UNSPECIFIED ? "" : lower(v1::SlotKind_Name(slot));
}

std::string protocolName(v1::Protocol protocol)
{
    return protocol == v1::PROTOCOL_UNSPECIFIED ? "" : lower(v1::Protocol_Name(protocol));
}

std::string severityName(v1::Severity severity)
{
    return severity == v1::SEVERITY_UNSPECIFIED ? "" : lower(v1::Severity_Name(severity));
}

std::string shortAge(std::int64_t since_ms, std::int64_t now_ms)
{
    if (since_ms <= 0)
        return "-";
    const long long seconds = std::max<std::int64_t>(0, now_ms - since_ms) / 1000;
    if (seconds < 100)
        return format("%llds", seconds);
    if (seconds < 100 * 60)
        return format("%lldm", seconds / 60);
    if (seconds < 48 * 3600)
        return format("%lldh", seconds / 3600);
    return format("%lldd", seconds / 86400);
}

std::string clockTime(std::int64_t time_ms)
{
    if (time_ms <= 0)
        return "-";
    const std::time_t seconds = time_ms / 1000;
    const bool today = localTime(seconds, "%F") == localTime(std::time(nullptr), "%F");
    return localTime(seconds, today ? "%T" : "%F %T");
}

std::string clockTimeUs(std::int64_t time_us)
{
    return clockTime(time_us / 1000) + format(".%03d", int(time_us / 1000 % 1000));
}

std::string bytesText(std::uint64_t bytes)
{
    static constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = double(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit)
        value /= 1024;
    return format(unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
}

std::string shortDigest(const std::string &digest)
{
    const std::size_t colon = digest.find(':');
    return digest.substr(colon == std::string::npos ? 0 : colon + 1, 12);
}

std::string permilleText(std::uint32_t permille)
{
    return format("%.1f%%", permille / 10.0);
}

std::string millisecondsText(std::uint32_t microseconds)
{
    return format("%.1f", microseconds / 1000.0);
}

std::string endpointAddress(const v1::Slot &slot, const v1::PublicEndpoint &endpoint)
{
    if (slot.address().empty() || endpoint.bound_port() == 0)
        return {};
    return slot.address() + ":" + std::to_string(endpoint.bound_port());
}

std::string endpointUrl(const v1::Slot &slot, const v1::PublicEndpoint &endpoint)
{
    const std::string address = endpointAddress(slot, endpoint);
    const bool web = endpoint.protocol() == v1::HTTP || endpoint.protocol() == v1::HTTPS;
    return web && !address.empty() ? protocolName(endpoint.protocol()) + "://" + address : address;
}

std::string versionOf(const v1::Deployment &deployment)
{
    return std::filesystem::path(deployment.package_name()).stem().string();
}

std::string printable(const std::string &text)
{
    return sys::visible(text, std::string_view("\t"));
}

} // namespace slipway::ctl
