#include "backend/sys/user.h"

#include <cerrno>
#include <fstream>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace slipway::sys
{

std::string userName()
{
    static constexpr std::size_t kEntryBytes = 16 * 1024;
    std::vector<char> buffer(kEntryBytes);
    passwd entry{};
    passwd *found = nullptr;
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found)
        return found->pw_name;
    return std::to_string(geteuid());
}

bool hasAccount(std::uint32_t user)
{
    static constexpr std::size_t kEntryBytes = 64 * 1024;
    std::vector<char> buffer(kEntryBytes);
    passwd user_entry{};
    passwd *found_user = nullptr;
    group group_entry{};
    group *found_group = nullptr;
    getpwuid_r(user, &user_entry, buffer.data(), buffer.size(), &found_user);
    getgrgid_r(user, &group_entry, buffer.data(), buffer.size(), &found_group);
    return found_user || found_group;
}

bool isUserMapped(std::uint32_t user)
{
    std::ifstream file("/proc/self/uid_map");
    std::uint64_t first = 0;
    std::uint64_t outside = 0;
    std::uint64_t count = 0;
    bool mapped = !file.is_open(); // without user namespaces all are
    while (file >> first >> outside >> count)
        mapped = mapped || (user >= first && user - first < count);
    return mapped;
}

int tryUser(const std::filesystem::path &folder, std::uint32_t user, Root root)
{
    const std::filesystem::path inside = root == Root::Folder ? "/" : folder;
    const int pid = fork();
    if (pid == 0) {
        const bool became = (root == Root::Stays || chroot(folder.c_str()) == 0) &&
                            setgroups(0, nullptr) == 0 && setgid(user) == 0 && setuid(user) == 0 &&
                            chdir(inside.c_str()) == 0;
        _exit(became ? 0 : errno);
    }
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace slipway::sys
