#include "backend/agent/final_answer.h"

#include <utility>

namespace slipway::agent
{

namespace
{

constexpr std::size_t kHeadBytesMax = 64 * 1024; // longer ones are no interim answer
constexpr std::size_t kCodeAt = 9;               // in "HTTP/1.1 103"

enum class Kind { Unknown, Interim, Final };

Kind kindOf(std::string_view head)
{
    static constexpr std::string_view kPattern = "HTTP/1.? 1??"; // '?': a digit
    for (std::size_t at = 0; at < kPattern.size(); ++at) {
        if (at == head.size())
            return Kind::Unknown;
        const bool fits =
            kPattern[at] == '?' ? head[at] >= '0' && head[at] <= '9' : head[at] == kPattern[at];
        if (!fits)
            return Kind::Final;
    }
    return head.substr(kCodeAt, 3) == "101" ? Kind::Final : Kind::Interim;
}

} // namespace

std::string FinalAnswer::take(std::string_view bytes)
{
    if (m_begun)
        return std::string(bytes);
    m_held += bytes;
    for (;;) {
        const Kind kind = kindOf(m_held);
        const std::size_t end = m_held.find("\r\n\r\n");
        if (kind == Kind::Interim && end != std::string::npos) {
            m_held.erase(0, end + 4);
            continue;
        }
        if (kind != Kind::Final && m_held.size() < kHeadBytesMax)
            return {};
        return rest();
    }
}

std::string FinalAnswer::rest()
{
    m_begun = true;
    return std::exchange(m_held, {});
}

} // namespace slipway::agent
