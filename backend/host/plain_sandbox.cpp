#include "backend/host/spawned_sandbox.h"
#include "backend/sys/sandbox_processes.h"

namespace slipway::host
{

namespace
{

class PlainSandbox final : public SpawnedSandbox
{
public:
    PlainSandbox(asio::io_context &io, SandboxSpec spec, std::string owner_mark)
        : SpawnedSandbox(io, std::move(spec), std::move(owner_mark))
    {
    }

    void start(Events events) override
    {
        hear(std::move(events));
        const auto pid = spawnAgent();
        if (!pid)
            return finish(pid.error().message());
        m_watch = std::make_unique<sys::ProcessWatch>(m_io, *pid,
                                                      [this](int status) { agentEnded(status); });
        asio::post(m_io, [this, alive = m_alive, pid = *pid] {
            if (*alive && m_watch)
                m_events.started(pid);
        });
    }

    int pid() const override { return m_watch ? m_watch->pid() : 0; }

    void kill() override
    {
        if (m_watch)
            sys::endProcess(m_watch->pid(), true);
    }

    bool translatesPids() const override { return false; }

private:
    std::string mark() const { return "SLIPWAY_SANDBOX=" + m_spec.id; }

    Result<int> spawnAgent()
    {
        sys::SpawnRequest request;
        request.arguments = m_spec.arguments;
        request.environment = m_spec.environment;
        sys::addMark(request.environment, mark());
        request.new_session = true;
        return spawn(std::move(request));
    }

    // What the agent started has sessions of its own, but still its variable.
    void agentEnded(int status)
    {
        m_events.ending();
        for (const int pid : sys::processesWithVariable(mark()))
            sys::endProcess(pid, false);
        finish("its first process " + sys::describeExit(status));
    }

    void finish(const std::string &cause)
    {
        asio::post(m_io, [this, alive = m_alive, cause] {
            if (*alive)
                tellEnded(cause);
        });
    }

    std::unique_ptr<sys::ProcessWatch> m_watch;
};

} // namespace

std::unique_ptr<Sandbox> makePlainSandbox(asio::io_context &io, SandboxSpec spec,
                                          std::string owner_mark)
{
    return std::make_unique<PlainSandbox>(io, std::move(spec), std::move(owner_mark));
}

} // namespace slipway::host
