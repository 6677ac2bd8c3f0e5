#include "backend/client/address.h"

#include "backend/client/connect.h"
#include "backend/sys/paths.h"

#include <charconv>

namespace slipway::client
{

namespace
{

constexpr std::string_view kUnix = "unix:";

Failure invalid(const std::string &address)
{
    return failure(v1::Error::INVALID_ARGUMENT, "ADDRESS_INVALID",
                   "\"" + address +
                       "\" is no address of a fabric. Use unix:/path/to/fabric.sock or "
                       "127.0.0.1:PORT.",
                   address);
}

bool isNumber(std::string_view text, int limit)
{
    int value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= limit;
}

bool isIpv4Loopback(std::string_view host)
{
    int parts = 0;
    for (std::size_t begin = 0; begin <= host.size(); ++parts) {
        const std::size_t end = std::min(host.find('.', begin), host.size());
        if (!isNumber(host.substr(begin, end - begin), 255))
            return false;
        begin = end + 1;
    }
    return parts == 4 && host.starts_with("127.");
}

Result<std::string> unixTarget(const std::string &address)
{
    const std::string path = address.substr(kUnix.size());
    if (path.empty())
        return invalid(address);
    if (auto checked = sys::checkSocketPath(path); !checked)
        return Failure(checked.error());
    return "unix:" + path;
}

} // namespace

Result<std::string> dialTarget(const std::string &address)
{
    if (address.starts_with(kUnix))
        return unixTarget(address);
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos)
        return invalid(address);
    const std::string host = address.substr(0, colon);
    const std::string port = address.substr(colon + 1);
    if (host.empty() || !isNumber(port, 65535) || port == "0")
        return invalid(address);
    if (host == "localhost")
        return "ipv4:127.0.0.1:" + port;
    if (host == "[::1]")
        return "ipv6:" + address;
    if (isIpv4Loopback(host))
        return "ipv4:" + address;
    return failure(v1::Error::INVALID_ARGUMENT, "NOT_LOOPBACK",
                   host + " is not this machine. Only loopback addresses (127.0.0.1:PORT) are "
                          "taken, because the connection is neither encrypted nor authenticated.",
                   address);
}

std::filesystem::path socketOf(const std::string &address)
{
    if (!address.starts_with(kUnix))
        return {};
    return std::filesystem::absolute(address.substr(kUnix.size()));
}

Result<void> checkAddress(const std::string &address)
{
    if (auto target = dialTarget(address); !target)
        return Failure(target.error());
    return {};
}

} // namespace slipway::client
