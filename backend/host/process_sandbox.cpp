#include "backend/host/confinement_rules.h"
#include "backend/host/spawned_sandbox.h"
#include "backend/sys/durable_file.h"
#include "backend/sys/sandbox_processes.h"

#include <unistd.h>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

// An instance without namespaces: its agent is a process of the machine, behind the walls that its
// level has.
class ProcessSandbox final : public SpawnedSandbox
{
public:
    ProcessSandbox(asio::io_context &io, IsolationLevel level, SandboxSpec spec,
                   const fs::path &host_folder, std::string owner_mark)
        : SpawnedSandbox(io, std::move(spec), std::move(owner_mark)), m_level(level),
          m_user_record(sys::userRecord(host_folder, m_spec.user_id))
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

    // Without it nobody would end this user's processes after this host's death.
    Result<void> recordUser() const
    {
        if (geteuid() != 0)
            return {};
        std::error_code ignored;
        fs::create_directories(m_user_record.parent_path(), ignored);
        return sys::writeDurably(m_user_record, {});
    }

    Result<int> spawnAgent()
    {
        const auto walls = sys::Confinement::prepare(confinementFor(m_level, m_spec));
        if (!walls)
            return Failure(walls.error());
        if (const auto recorded = recordUser(); !recorded)
            return Failure(recorded.error());
        sys::SpawnRequest request;
        request.arguments = m_spec.arguments;
        request.environment = m_spec.environment;
        request.clear_environment = true;
        request.working_folder = "/";
        request.confinement = *walls;
        sys::addMark(request.environment, mark());
        request.new_session = true;
        return spawn(std::move(request));
    }

    // A user of its own owns nothing but what this instance started. Else its processes are known
    // by their variable, whatever sessions they made.
    void agentEnded(int status)
    {
        m_events.ending();
        if (geteuid() == 0)
            sys::endProcessesOfUser(m_spec.user_id);
        for (const int pid : sys::processesWithVariable(mark()))
            sys::endProcess(pid, false);
        std::error_code ignored;
        fs::remove(m_user_record, ignored);
        finish(endOf(status));
    }

    void finish(const std::string &cause)
    {
        asio::post(m_io, [this, alive = m_alive, cause] {
            if (*alive)
                tellEnded(cause);
        });
    }

    const IsolationLevel m_level;
    const fs::path m_user_record;
    std::unique_ptr<sys::ProcessWatch> m_watch;
};

} // namespace

std::unique_ptr<Sandbox> makeProcessSandbox(asio::io_context &io, IsolationLevel level,
                                            SandboxSpec spec, const fs::path &host_folder,
                                            std::string owner_mark)
{
    return std::make_unique<ProcessSandbox>(io, level, std::move(spec), host_folder,
                                            std::move(owner_mark));
}

} // namespace slipway::host
