#include "backend/sys/file_time.h"

#include <cstddef>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace slipway::sys
{

namespace
{
constexpr std::string_view kForm = "00000000T000000Z"; // 0: any digit
} // namespace

std::string fileTime(std::int64_t wall_ms)
{
    const std::time_t seconds = std::time_t(wall_ms / 1000);
    std::tm parts{};
#ifdef _WIN32
    gmtime_s(&parts, &seconds);
#else
    gmtime_r(&seconds, &parts);
#endif
    char text[kForm.size() + 1] = {};
    return std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts) > 0 ? text : "";
}

bool isFileTime(const std::string &text)
{
    if (text.size() != kForm.size())
        return false;
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kForm[i] == '0' ? !digit : text[i] != kForm[i])
            return false;
    }
    return true;
}

} // namespace slipway::sys
