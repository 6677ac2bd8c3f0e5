// Starting programs and learning of their end, without a signal handler and without a pid that may
// be reused.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/confinement.h"
#include "backend/sys/file_view.h"

#include <asio.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::sys
{

// Who a program is, for good: no right beyond these can come back to it or to what it starts.
struct Identity {
    std::uint32_t user = 0;
    std::uint32_t group = 0;
    bool change_user = false;       // false: only one user is mapped here, so it stays that one
    std::uint64_t capabilities = 0; // bits 1 << CAP_...
};

struct SpawnRequest {
    std::vector<std::string> arguments;             // [0] is the program, searched in PATH
    std::map<std::string, std::string> environment; // added to (or replacing) this process's own
    bool clear_environment = false;                 // start with `environment` alone
    std::filesystem::path working_folder;
    bool new_session = false; // survive this process and its terminal
    int stdin_fd = -1;        // -1: /dev/null
    int stdout_fd = -1;       // -1: inherit
    int stderr_fd = -1;
    std::vector<int> inherited_fds;   // kept open under the same numbers; all others are closed
    int channel_fd = -1;              // becomes kChannelDescriptor in the program
    std::optional<Identity> identity; // none: this process's own
    // Any process of the same user may read its descriptors, which Yama allows only to ancestors.
    bool open_to_user = false;
    // What it gives up before it becomes the program. One that changes the user needs the program's
    // absolute path, which that user need not be able to walk.
    std::shared_ptr<const Confinement> confinement;
    std::optional<FileView> view; // without one it sees what this process sees
    bool no_new_privileges = false;
};

inline constexpr int kChannelDescriptor = 3;

// Returns the child's pid. It must be reaped: by ProcessWatch, or by the caller.
Result<int> spawn(const SpawnRequest &request);

// Calls back once when the process ends. For a child the exit status is that of waitpid (reaped
// here); for somebody else's process it is -1. Dropping the watch does not touch the process.
class ProcessWatch
{
public:
    using OnExit = std::function<void(int wait_status)>;
    ProcessWatch(asio::io_context &io, int pid, OnExit on_exit);
    ~ProcessWatch();
    ProcessWatch(const ProcessWatch &) = delete;
    ProcessWatch &operator=(const ProcessWatch &) = delete;

    int pid() const { return m_pid; }
    bool valid() const;      // false: the process was gone already (on_exit is posted all the same)
    void signal(int number); // by pidfd: never hits a reused pid

private:
    struct Impl;
    int m_pid;
    std::shared_ptr<Impl> m_impl;
};

int processId(); // of this process

// Start time in clock ticks since boot from /proc/<pid>/stat; 0 when there is no such process.
std::uint64_t processStartTicks(int pid);
// Words for a wait status: "ended with code 1", "was killed by signal 9 (Killed)".
std::string describeExit(int wait_status);

// Runs a program to its end and collects its output (at most 1 MiB each). Blocks: for start-up
// only. timeout_ms counts the time in which the program, or what it started, could run; on a
// starved machine it has ten times as long by the clock, and never more than 2 s beyond that.
// Descendants that keep its pipes are not waited for.
struct ProgramOutput {
    int wait_status = 0;
    std::string out;
    std::string err;
    bool ok() const { return wait_status == 0; }
};
Result<ProgramOutput> runProgram(const SpawnRequest &request, int timeout_ms);

} // namespace slipway::sys
