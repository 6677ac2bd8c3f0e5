#include "backend/host/refusal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <string_view>
#include <vector>

namespace slipway::host
{

namespace
{

// Any of these says that the same may succeed later, whatever else is said.
constexpr std::array<std::string_view, 17> kPassing = {"no space left on device",
                                                       "cannot allocate memory",
                                                       "failed to reserve page summary memory",
                                                       "failed to map segment",
                                                       "out of memory",
                                                       "resource temporarily unavailable",
                                                       "too many open files",
                                                       "disk quota exceeded",
                                                       "input/output error",
                                                       "device or resource busy",
                                                       "interrupted system call",
                                                       "text file busy",
                                                       "timed out",
                                                       "timeout",
                                                       "did not end within",
                                                       "errno=11",
                                                       "signal: killed"};

// The kernel, or whoever stands before it, denies the call; it will deny it again.
constexpr std::array<std::string_view, 3> kDenied = {
    "operation not permitted", "function not implemented", "read-only file system"};

// These mean a denial only beside a word for what was denied: a file may just be gone.
constexpr std::array<std::string_view, 5> kDeniedIfNamed = {
    "permission denied", "invalid argument", "no such device", "not supported", "does not exist"};
constexpr std::array<std::string_view, 11> kNamed = {"unshare", "namespace",  "userns",  "clone",
                                                     "setns",   "pivot_root", "cgroup",  "seccomp",
                                                     "uid_map", "gid_map",    "landlock"};

std::string lowered(const std::string &text)
{
    std::string result = text;
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char letter) { return char(std::tolower(letter)); });
    return result;
}

template <typename Words> bool saysAny(const std::string &line, const Words &words)
{
    return std::any_of(words.begin(), words.end(), [&line](std::string_view word) {
        return line.find(word) != std::string::npos;
    });
}

bool isDenial(const std::string &line)
{
    return saysAny(line, kDenied) || (saysAny(line, kDeniedIfNamed) && saysAny(line, kNamed));
}

bool isNamespaceLimit(const std::string &line)
{
    return line.find("no space left on device") != std::string::npos &&
           (line.find("unshare") != std::string::npos ||
            line.find("namespace") != std::string::npos || line.find("clone") != std::string::npos);
}

// runc's: whatever it warns of, it went on after.
bool isMereWarning(const std::string &line)
{
    return line.find("level=warning") != std::string::npos;
}

std::vector<std::string> linesOf(const std::string &words)
{
    std::vector<std::string> lines;
    std::istringstream stream(words);
    for (std::string line; std::getline(stream, line);)
        if (line.find_first_not_of(" \t\r") != std::string::npos)
            lines.push_back(line);
    return lines;
}

} // namespace

RefusalKind kindOfRefusal(const std::string &words, const MachineFacts &facts)
{
    bool denied = false;
    for (const std::string &raw : linesOf(words)) {
        const std::string line = lowered(raw);
        if (facts.namespaces_switched_off && isNamespaceLimit(line))
            denied = true;
        else if (saysAny(line, kPassing))
            return RefusalKind::Passing;
        else if (isDenial(line))
            denied = true;
    }
    return denied ? RefusalKind::Lasting : RefusalKind::Passing;
}

std::string tellingLine(const std::string &words)
{
    const std::vector<std::string> lines = linesOf(words);
    std::string fatal; // runc's first stage: what ended it comes first, what followed from it later
    for (const std::string &raw : lines) {
        const std::string line = lowered(raw);
        if (!isMereWarning(line) && (saysAny(line, kPassing) || isDenial(line)))
            return raw;
        if (fatal.empty() && line.find("level=fatal") != std::string::npos)
            fatal = raw;
    }
    if (!fatal.empty())
        return fatal;
    return lines.empty() ? std::string("it said nothing") : lines.back();
}

} // namespace slipway::host
