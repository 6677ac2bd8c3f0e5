#include "backend/sys/proc_files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sstream>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kPieceBytes = 4096;

int numberIn(const std::string &text)
{
    int number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ptr == text.data() + text.size() ? number : 0;
}

std::string textOf(const std::string &file, std::size_t bytes_max)
{
    std::string text;
    const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && text.size() < bytes_max) {
        const std::size_t size = text.size();
        text.resize(std::min(bytes_max, size + kPieceBytes));
        const ssize_t count = read(fd, text.data() + size, text.size() - size);
        text.resize(size + std::size_t(std::max<ssize_t>(count, 0)));
        if (count == 0 || (count < 0 && errno != EINTR))
            break;
    }
    if (fd >= 0)
        close(fd);
    return text;
}

std::string folderOf(int pid)
{
    return "/proc/" + std::to_string(pid);
}

} // namespace

std::vector<int> numbersIn(const fs::path &folder)
{
    std::vector<int> numbers;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (const int number = numberIn(entry->path().filename().string()); number > 0)
            numbers.push_back(number);
    }
    return numbers;
}

std::vector<int> processIds()
{
    return numbersIn("/proc");
}

std::string procText(int pid, const char *name, std::size_t bytes_max)
{
    return textOf(folderOf(pid) + "/" + name, bytes_max);
}

std::string statusField(int pid, const std::string &name)
{
    std::istringstream lines(procText(pid, "status"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + ":"))
            return line.substr(name.size() + 1);
    }
    return {};
}

std::vector<int> childrenOf(int pid)
{
    std::vector<int> children;
    const std::string tasks = folderOf(pid) + "/task";
    for (const int thread : numbersIn(tasks)) {
        std::istringstream text(
            textOf(tasks + "/" + std::to_string(thread) + "/children", kProcBytesMax));
        for (int child = 0; text >> child;)
            children.push_back(child);
    }
    return children;
}

std::optional<ProcStat> procStat(const fs::path &folder)
{
    const std::string text = textOf((folder / "stat").string(), kPieceBytes);
    const std::size_t name_end = text.rfind(')'); // the name may hold blanks and brackets
    if (name_end == std::string::npos)
        return std::nullopt;
    ProcStat stat;
    std::istringstream fields(text.substr(name_end + 1));
    const auto skip = [&fields](int count) {
        for (std::string field; count > 0; --count)
            fields >> field;
    };
    int group = 0;
    fields >> stat.state >> stat.parent >> group >> stat.session;
    skip(7); // up to cmajflt
    fields >> stat.user_ticks >> stat.system_ticks;
    skip(6); // up to itrealvalue
    fields >> stat.start_ticks;
    return fields ? std::optional(stat) : std::nullopt;
}

std::optional<ProcStat> procStat(int pid)
{
    return procStat(fs::path(folderOf(pid)));
}

} // namespace slipway::sys
