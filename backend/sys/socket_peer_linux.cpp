#include "backend/sys/socket_peer.h"

#include "backend/sys/proc_files.h"

#include <cerrno>
#include <filesystem>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace slipway::sys
{

namespace
{

constexpr int kAncestorsMax = 64;

// Empty: it cannot be read.
std::string namespaceOf(const std::string &pid, const char *kind)
{
    std::error_code error;
    return std::filesystem::read_symlink("/proc/" + pid + "/ns/" + kind, error).string();
}

std::vector<std::string> commandLine(int pid)
{
    std::istringstream text(procText(pid, "cmdline"));
    std::vector<std::string> words;
    for (std::string word; words.size() < 2 && std::getline(text, word, '\0');)
        words.push_back(word);
    return words;
}

int parentOf(int pid)
{
    const auto stat = procStat(pid);
    return stat ? stat->parent : 0;
}

bool forwardsForOthers(int pid)
{
    const std::vector<std::string> words = commandLine(pid);
    if (words.empty())
        return false;
    const std::string program = std::filesystem::path(words[0]).filename().string();
    if (program == "haproxy")
        return true;
    return program == "slipwayd" && words.size() > 1 &&
           (words[1] == "host" || words[1] == "agent" || words[1] == "edge");
}

std::optional<std::string> whyNotItsOrigin(const SocketPeer &peer)
{
    int pid = peer.pid;
    for (int i = 0; i < kAncestorsMax && pid > 1; ++i) {
        if (forwardsForOthers(pid))
            return "process " + std::to_string(peer.pid) +
                   (pid == peer.pid ? std::string(" is") : std::string(" comes from")) +
                   " a part of a fabric that carries what others send";
        pid = parentOf(pid);
    }
    return std::nullopt;
}

} // namespace

std::optional<SocketPeer> peerOf(int fd)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer)
        return std::nullopt;
    return SocketPeer{std::int64_t(peer.uid), int(peer.pid)};
}

std::optional<std::string> whyNotTrusted(const SocketPeer &peer)
{
    if (peer.user != 0 && peer.user != std::int64_t(geteuid()))
        return "user " + std::to_string(peer.user) + " is neither this fabric's user nor root";
    if (peer.pid <= 0)
        return "its process is not visible from here";
    for (const char *kind : {"user", "pid"}) {
        const std::string theirs = namespaceOf(std::to_string(peer.pid), kind);
        if (theirs.empty() && peer.user == 0 && geteuid() != 0)
            continue; // root hides from a user, and needs no door
        if (theirs != namespaceOf("self", kind))
            return "process " + std::to_string(peer.pid) + " lives in another " + kind +
                   " namespace, or is gone";
    }
    return whyNotItsOrigin(peer);
}

} // namespace slipway::sys
