// One running virtual machine, whatever locks it in. Lives on its io_context's thread.
#pragma once

#include "backend/host/isolation.h"
#include "backend/sys/sandbox.h"

#include <asio.hpp>
#include <functional>
#include <memory>
#include <string>

namespace slipway::host
{

class Sandbox
{
public:
    struct Events {
        std::function<void(int first_pid)> started;
        // Its first process has ended; nothing of it is removed yet (its counters can be read).
        std::function<void()> ending;
        // Nothing is left of it. Called once and last, also when it could not be started.
        std::function<void(const std::string &cause)> ended;
        std::function<void(const std::string &line)> printed; // by the agent or the runtime
    };

    virtual ~Sandbox() = default;
    virtual void start(Events events) = 0;
    virtual void kill() = 0; // at any time after start(); `ended` follows
    virtual bool translatesPids() const = 0;
    // Whose word is awaited: its first process, or what starts that; 0: neither lives.
    virtual int pid() const = 0;
    // What it prints waits in its pipe until then.
    virtual void holdOutput() = 0;
    virtual void readOutputOn() = 0;
};

std::unique_ptr<Sandbox> makeOciSandbox(asio::io_context &io, sys::SandboxTool &tool,
                                        SandboxSpec spec, std::filesystem::path bundle,
                                        std::string owner_mark);
// The agent as a process of the machine, in a session of its own: Confined or None.
std::unique_ptr<Sandbox> makeProcessSandbox(asio::io_context &io, IsolationLevel level,
                                            SandboxSpec spec,
                                            const std::filesystem::path &host_folder,
                                            std::string owner_mark);

} // namespace slipway::host
