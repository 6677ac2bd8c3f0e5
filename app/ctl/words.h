// Numbers and states in the words that people read.
#pragma once

#include "slipway/v1/fabric.pb.h"

#include <cstdint>
#include <string>

namespace slipway::ctl
{

std::string slotName(v1::SlotKind slot);         // "production", "staging", ""
std::string protocolName(v1::Protocol protocol); // "http", "tcp", ...
std::string severityName(v1::Severity severity); // "info", "warning", "error"

std::string shortAge(std::int64_t since_ms, std::int64_t now_ms); // "12s", "5m", "3h", "2d", "-"
std::string clockTime(std::int64_t time_ms);   // local: "09:41:07", with the date if not today's
std::string clockTimeUs(std::int64_t time_us); // with milliseconds
std::string bytesText(std::uint64_t bytes);    // "1.5 GiB"
std::string shortDigest(const std::string &digest); // the first 12 digits
std::string permilleText(std::uint32_t permille);   // "12.5%"
std::string millisecondsText(std::uint32_t microseconds);

// Where an endpoint can be reached; empty while it is not bound.
std::string endpointAddress(const v1::Slot &slot, const v1::PublicEndpoint &endpoint);
// "http://127.77.3.1:80"; only the address for other protocols.
std::string endpointUrl(const v1::Slot &slot, const v1::PublicEndpoint &endpoint);
// The package's file name without its ending: what people call the version.
std::string versionOf(const v1::Deployment &deployment);

// Text from programs and packages as one line that steers no terminal; tabs stay.
std::string printable(const std::string &text);

} // namespace slipway::ctl
