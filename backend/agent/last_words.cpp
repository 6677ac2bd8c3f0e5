#include "backend/agent/last_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <functional>
#include <string_view>
#include <sys/wait.h>

namespace slipway::agent
{

namespace
{

constexpr std::size_t kLinesMax = 40; // a trace of calls may follow
constexpr std::size_t kBytesMax = 300;

std::string trimmed(std::string_view line)
{
    const std::size_t first = line.find_first_not_of(" \t\r");
    const std::size_t last = line.find_last_not_of(" \t\r");
    return first == line.npos ? std::string() : std::string(line.substr(first, last - first + 1));
}

// "Error: listen EADDRINUSE", "System.IO.IOException: ...", "MemoryError"
bool namesAnException(const std::string &line)
{
    const std::string head = line.substr(0, line.find_first_of(": ("));
    return head.ends_with("Error") || head.ends_with("Exception");
}

bool speaksOfAnError(const std::string &line)
{
    static constexpr std::array kSigns = {"error",  "fatal",   "emerg",  "panic",  "failed",
                                          "cannot", "can't",   "unable", "denied", "no such",
                                          "limit",  "missing", "refused"};
    std::string lower = line;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return char(std::tolower(letter)); });
    return std::any_of(kSigns.begin(), kSigns.end(), [&lower](const char *sign) {
        return lower.find(sign) != std::string::npos;
    });
}

// By itself: nobody else sends these signals, a failed assertion or allocation ends in them.
bool gaveUp(int wait_status)
{
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status) != 0;
    const int signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
    return signal == SIGABRT || signal == SIGTRAP || signal == SIGILL;
}

} // namespace

void LastWords::add(const std::string &line)
{
    std::string text = trimmed(line);
    if (text.empty())
        return;
    text.resize(std::min(text.size(), kBytesMax));
    m_lines.push_back(std::move(text));
    if (m_lines.size() > kLinesMax)
        m_lines.pop_front();
}

std::string LastWords::reason() const
{
    for (const auto &tells : {namesAnException, speaksOfAnError}) {
        const auto found = std::find_if(m_lines.rbegin(), m_lines.rend(), tells);
        if (found != m_lines.rend())
            return *found;
    }
    return m_lines.empty() ? std::string() : m_lines.back();
}

std::string saying(const LastWords &words, int wait_status)
{
    const std::string reason = words.reason();
    return reason.empty() || !gaveUp(wait_status) ? std::string() : "; it said: " + reason;
}

} // namespace slipway::agent
