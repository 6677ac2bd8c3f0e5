#include "backend/host/output_lines.h"
#include "backend/host/sandbox.h"
#include "backend/sys/sandbox_processes.h"

namespace slipway::host
{

namespace
{

class PlainSandbox final : public Sandbox
{
public:
    PlainSandbox(asio::io_context &io, SandboxSpec spec, std::string owner_mark)
        : m_io(io), m_spec(std::move(spec)), m_owner_mark(std::move(owner_mark)),
          m_alive(std::make_shared<bool>(true))
    {
    }

    ~PlainSandbox() override
    {
        *m_alive = false;
        if (m_output)
            m_output->stop();
    }

    void start(Events events) override
    {
        m_events = std::move(events);
        m_output = std::make_shared<OutputLines>(m_io, m_events.printed);
        const auto pid = spawnAgent();
        m_output->closeWriteEnd();
        if (!pid)
            return finish(pid.error().message());
        m_watch = std::make_unique<sys::ProcessWatch>(m_io, *pid,
                                                      [this](int status) { agentEnded(status); });
        asio::post(m_io, [this, alive = m_alive, pid = *pid] {
            if (*alive && m_watch)
                m_events.started(pid);
        });
    }

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
        for (const std::string &variable : {m_owner_mark, mark()}) {
            const std::size_t equals = variable.find('=');
            request.environment[variable.substr(0, equals)] = variable.substr(equals + 1);
        }
        request.new_session = true;
        request.stdout_fd = m_output->open();
        request.stderr_fd = request.stdout_fd;
        return sys::spawn(request);
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
            if (!*alive)
                return;
            const Events events = m_events; // `ended` may destroy this
            events.ended(cause);
        });
    }

    asio::io_context &m_io;
    SandboxSpec m_spec;
    std::string m_owner_mark;
    Events m_events;
    std::shared_ptr<OutputLines> m_output;
    std::unique_ptr<sys::ProcessWatch> m_watch;
    std::shared_ptr<bool> m_alive;
};

} // namespace

std::unique_ptr<Sandbox> makePlainSandbox(asio::io_context &io, SandboxSpec spec,
                                          std::string owner_mark)
{
    return std::make_unique<PlainSandbox>(io, std::move(spec), std::move(owner_mark));
}

} // namespace slipway::host
