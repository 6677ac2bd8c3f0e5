// Signals to a process that a test found out about: a pid that is not known (yet, or any more) is
// 0, and kill(0, ...) would hit the test itself with all that it has started.
#pragma once

#include <QtGlobal>
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace slipway::test
{

// False: there is no such process, or it is nobody's that a test may touch.
inline bool signalProcess(qint64 pid, int signal_number)
{
    return pid > 1 && ::kill(pid_t(pid), signal_number) == 0;
}

inline bool lives(qint64 pid)
{
    return signalProcess(pid, 0);
}

// Stopped, with all its threads: one that runs on may still take a connection.
inline bool stands(qint64 pid)
{
    std::error_code error;
    const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(pid) + "/task",
                                                    error);
    return !error && std::all_of(begin(tasks), end(tasks), [](const auto &task) {
        std::ifstream file(task.path() / "stat");
        const std::string text(std::istreambuf_iterator<char>(file), {});
        const std::size_t name_end = text.rfind(')');
        return name_end != std::string::npos && text.compare(name_end, 3, ") T") == 0;
    });
}

} // namespace slipway::test
