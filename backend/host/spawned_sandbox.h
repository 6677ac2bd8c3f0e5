// What every sandbox has: a program that the host starts for it, and what that writes.
#pragma once

#include "backend/host/output_lines.h"
#include "backend/host/sandbox.h"

namespace slipway::host
{

class SpawnedSandbox : public Sandbox
{
public:
    ~SpawnedSandbox() override;
    void holdOutput() override;
    void readOutputOn() override;

protected:
    SpawnedSandbox(asio::io_context &io, SandboxSpec spec, std::string owner_mark);

    // First of all in start().
    void hear(Events events);
    // Returns the pid. The program carries the host's mark, its output goes to `printed`, and it
    // alone has the agent's end of the channel.
    Result<int> spawn(sys::SpawnRequest request);
    void tellEnded(const std::string &cause);
    // How its first process ended; of one that gave up by itself also what it said last.
    std::string endOf(int status) const;

private:
    void giveUpChannel();

protected:
    asio::io_context &m_io;
    SandboxSpec m_spec;
    std::string m_owner_mark;
    Events m_events;
    std::shared_ptr<OutputLines> m_output;
    std::shared_ptr<bool> m_alive; // for what was posted: false once this is gone
};

} // namespace slipway::host
