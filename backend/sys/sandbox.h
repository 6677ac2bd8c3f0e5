// The OCI runtime as a tool: which sandboxes exist, and how they are made to be gone for certain.
#pragma once

#include "backend/sys/child_process.h"

#include <asio.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slipway::sys
{

// Lives on its io_context's thread.
class SandboxTool
{
public:
    using Done = std::function<void(Result<void>)>;

    SandboxTool(asio::io_context &io, std::filesystem::path state_folder);
    ~SandboxTool();

    // `runc` with its global arguments, ready for a command.
    std::vector<std::string> commandLine() const;
    // Sandboxes whose id starts so, whatever their state.
    std::vector<std::string> list(const std::string &id_prefix) const;
    // Kills what runs in them and removes all that the runtime holds of them. `done` is posted when
    // they are proven gone, or with an error after several attempts.
    void remove(const std::vector<std::string> &ids, Done done);

private:
    struct Removal;
    struct Batch;
    void attempt(const std::shared_ptr<Removal> &removal);
    void attemptedLater(const std::shared_ptr<Removal> &removal);
    void attempted(const std::shared_ptr<Removal> &removal);

    asio::io_context &m_io;
    std::filesystem::path m_state_folder;
    std::shared_ptr<bool> m_alive;
};

// The first process of every sandbox that this state folder of the runtime tells of and that is
// still the one it tells of.
std::vector<int> firstProcessesIn(const std::filesystem::path &state_folder);

// Where PATH and the system's folders have it; empty when the machine has none.
std::filesystem::path findProgram(const std::string &name);
// The runtime's program.
std::filesystem::path findSandboxProgram();

// All ids of a host's sandboxes begin so.
std::string sandboxPrefix(const std::string &fabric_id, const std::string &host_id);
// In the environment of all that a host starts outside of sandboxes ("NAME=value"), so that whoever
// clears up after it finds them.
std::string ownerMark(const std::string &fabric_id, const std::string &host_id);
void addMark(std::map<std::string, std::string> &environment, const std::string &mark);

} // namespace slipway::sys
