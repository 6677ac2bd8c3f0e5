#include "backend/sys/file_time.h"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
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

std::optional<std::int64_t> fileTimeMs(const std::string &text)
{
    if (!isFileTime(text))
        return std::nullopt;
    const auto part = [&text](std::size_t at, std::size_t digits) {
        return std::atoi(text.substr(at, digits).c_str());
    };
    const std::chrono::year_month_day date{std::chrono::year(part(0, 4)),
                                           std::chrono::month(unsigned(part(4, 2))),
                                           std::chrono::day(unsigned(part(6, 2)))};
    if (!date.ok())
        return std::nullopt;
    const auto time = std::chrono::sys_days(date) + std::chrono::hours(part(9, 2)) +
                      std::chrono::minutes(part(11, 2)) + std::chrono::seconds(part(13, 2));
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

} // namespace slipway::sys
