#include "backend/host/sandbox_document.h"
#include "backend/host/spawned_sandbox.h"
#include "backend/sys/plain_file.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <spdlog/spdlog.h>
#include <utility>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

constexpr std::chrono::seconds kRuntimePatience{10};
constexpr std::chrono::seconds kRemovalRetry{1};

class OciSandbox final : public SpawnedSandbox
{
public:
    OciSandbox(asio::io_context &io, sys::SandboxTool &tool, SandboxSpec spec, fs::path bundle,
               std::string owner_mark)
        : SpawnedSandbox(io, std::move(spec), std::move(owner_mark)), m_tool(tool),
          m_bundle(std::move(bundle)), m_patience(io)
    {
    }

    void start(Events events) override
    {
        hear(std::move(events));
        std::error_code ignored;
        fs::create_directories(m_bundle, ignored);
        const auto config = sandboxDocument(m_spec);
        if (!config)
            return remove(config.error().message());
        if (const auto written =
                sys::replaceFile(m_bundle / "config.json", *config, sys::Readers::OwnerOnly);
            !written)
            return remove(written.error().message());
        const auto pid = spawnRuntime();
        if (!pid)
            return remove(pid.error().message());
        m_runtime = std::make_unique<sys::ProcessWatch>(
            m_io, *pid, [this](int status) { runtimeEnded(status); });
    }

    void kill() override
    {
        m_killed = true;
        if (m_first)
            m_first->signal(SIGKILL);
        else if (m_runtime && !std::exchange(m_runtime_doomed, true))
            endRuntimeLater();
    }

    bool translatesPids() const override { return true; }
    int pid() const override
    {
        const auto &watch = m_first ? m_first : m_runtime;
        return watch ? watch->pid() : 0;
    }

private:
    Result<int> spawnRuntime()
    {
        sys::SpawnRequest request;
        request.arguments = m_tool.commandLine();
        request.arguments.insert(request.arguments.end(),
                                 {"run", "--detach", "--preserve-fds", "1", "--pid-file",
                                  pidFile().string(), "--bundle", m_bundle.string(), m_spec.id});
        return spawn(std::move(request));
    }

    // It usually brings the first process up within a moment, which then ends in order. One that
    // hangs leaves what `delete --force` removes.
    void endRuntimeLater()
    {
        m_patience.expires_after(kRuntimePatience);
        m_patience.async_wait([this, alive = m_alive](std::error_code error) {
            if (!error && *alive && m_runtime && !m_first)
                m_runtime->signal(SIGKILL);
        });
    }

    fs::path pidFile() const { return m_bundle / "pid"; }

    // The runtime ends as soon as the agent runs; the agent is then this process's child.
    void runtimeEnded(int status)
    {
        m_patience.cancel();
        int first_pid = 0;
        std::ifstream(pidFile()) >> first_pid;
        if (status != 0 || first_pid <= 0) {
            const std::string words = m_output->tellingLine();
            return remove("The sandbox did not start: " +
                          (words.empty() ? sys::describeExit(status) : words));
        }
        m_first = std::make_unique<sys::ProcessWatch>(m_io, first_pid,
                                                      [this](int exit) { firstEnded(exit); });
        if (m_killed)
            kill();
        else
            m_events.started(first_pid);
    }

    void firstEnded(int status)
    {
        m_events.ending();
        remove(endOf(status));
    }

    void remove(const std::string &cause)
    {
        m_tool.remove({m_spec.id}, [this, alive = m_alive, cause](const Result<void> &removed) {
            if (!*alive)
                return;
            if (!removed) {
                spdlog::error("{}: {}", m_spec.id, removed.error().message());
                return removeLater(cause);
            }
            std::error_code ignored;
            fs::remove_all(m_bundle, ignored);
            tellEnded(cause);
        });
    }

    // Nobody is told of its end before that is proven: two of one instance would share a disk.
    void removeLater(const std::string &cause)
    {
        m_patience.expires_after(kRemovalRetry);
        m_patience.async_wait([this, cause](std::error_code error) {
            if (!error)
                remove(cause);
        });
    }

    sys::SandboxTool &m_tool;
    fs::path m_bundle;
    std::unique_ptr<sys::ProcessWatch> m_runtime;
    std::unique_ptr<sys::ProcessWatch> m_first;
    asio::steady_timer m_patience; // with a runtime that shall end and does not
    bool m_runtime_doomed = false;
    bool m_killed = false;
};

} // namespace

std::unique_ptr<Sandbox> makeOciSandbox(asio::io_context &io, sys::SandboxTool &tool,
                                        SandboxSpec spec, fs::path bundle, std::string owner_mark)
{
    return std::make_unique<OciSandbox>(io, tool, std::move(spec), std::move(bundle),
                                        std::move(owner_mark));
}

} // namespace slipway::host
