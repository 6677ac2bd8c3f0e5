#include "backend/sys/log_lines.h"

#include "backend/sys/text.h"

#include <spdlog/pattern_formatter.h>

namespace slipway::sys
{

namespace
{

class OneLineFormatter final : public spdlog::formatter
{
public:
    void format(const spdlog::details::log_msg &message, spdlog::memory_buf_t &destination) override
    {
        const std::string text =
            visible({message.payload.data(), message.payload.size()}, std::string_view("\t"));
        spdlog::details::log_msg line = message;
        line.payload = text;
        m_pattern.format(line, destination);
        message.color_range_start = line.color_range_start;
        message.color_range_end = line.color_range_end;
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return oneLineFormatter(); }

private:
    spdlog::pattern_formatter m_pattern;
};

} // namespace

std::unique_ptr<spdlog::formatter> oneLineFormatter()
{
    return std::make_unique<OneLineFormatter>();
}

} // namespace slipway::sys
