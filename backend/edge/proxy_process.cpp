#include "backend/edge/proxy_process.h"

#include "backend/edge/files.h"
#include "backend/sys/plain_file.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <unistd.h>

namespace slipway::edge
{

namespace
{

constexpr std::size_t kRoutesPerCommand = 100; // a command must fit into HAProxy's 16 KiB buffer
constexpr int kStopPolls = 200;

} // namespace

bool ProcessIdentity::alive() const
{
    return pid > 0 && start_ticks != 0 && sys::processStartTicks(pid) == start_ticks;
}

std::string haproxyProgram()
{
    if (const char *named = std::getenv("SLIPWAY_HAPROXY"); named && *named)
        return named;
    const char *path = std::getenv("PATH");
    std::istringstream folders(std::string(path ? path : "") + ":/usr/sbin:/usr/local/sbin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (!folder.empty() && access((folder + "/haproxy").c_str(), X_OK) == 0)
            return folder + "/haproxy";
    return "haproxy";
}

ProxyProcess::ProxyProcess(asio::io_context &io, ProxyFiles files, ProxyCell cell)
    : m_io(io), m_files(std::move(files)), m_cell(std::move(cell))
{
    m_client = std::make_shared<RuntimeClient>(
        io, [this](std::int64_t silent_ms) { endSilent(silent_ms); });
}

ProxyProcess::~ProxyProcess()
{
    m_client->close();
}

// Users wait for a HAProxy that is there and does nothing: its successor gets its sockets.
void ProxyProcess::endSilent(std::int64_t silent_ms)
{
    const auto facts = sys::readProcess(m_identity.pid);
    const auto own = facts.find(m_identity.pid);
    const bool stopped =
        own != facts.end() && (own->second.state == 'T' || own->second.state == 't');
    m_silence = std::string(stopped ? "was stopped by a signal" : "hung") +
                " and gave no answer for " + std::to_string(silent_ms) + " ms; it was ended";
    signal(SIGKILL);
}

Result<void> ProxyProcess::writeFiles(const Layout &layout) const
{
    const std::pair<std::filesystem::path, std::string> contents[] = {
        {m_files.config(), configText(layout, m_files, machineLimits(layout), m_cell)},
        {m_files.routes(), routesText(layout)},
        {m_files.probes(), probesText(layout)},
    };
    for (const auto &[file, text] : contents)
        if (const auto written = writeFile(file, text); !written)
            return written;
    return {};
}

Result<void> ProxyProcess::start(const Layout &layout, Voice voice, OnExit on_exit)
{
    if (const auto checked = sys::checkSocketPath(m_files.commandSocket()); !checked)
        return checked;
    if (const auto written = writeFiles(layout); !written)
        return written;
    sys::SpawnRequest request;
    request.arguments = {haproxyProgram(), "-f", m_files.config().string()};
    if (voice == Voice::Silent)
        request.arguments.push_back("-q");
    if (const auto confined = confine(request, m_cell, m_files.folder); !confined)
        return confined;
    request.new_session = true;
    request.open_to_user = true; // the next keeper takes the listening sockets from it
    for (const auto &[frontend, fd] : layout.fds)
        request.inherited_fds.push_back(fd);
    const int output = sys::openFresh(m_files.output());
    request.stdout_fd = output;
    request.stderr_fd = output;
    const auto pid = sys::spawn(request);
    if (output >= 0)
        close(output);
    if (!pid)
        return Failure(pid.error());
    m_identity = {*pid, sys::processStartTicks(*pid), m_files.generation};
    m_state.setConfigured(layout);
    watch(std::move(on_exit));
    return {};
}

void ProxyProcess::adopt(const ProcessIdentity &identity, OnExit on_exit)
{
    m_identity = identity;
    watch(std::move(on_exit));
}

void ProxyProcess::watch(OnExit on_exit)
{
    m_watch = std::make_unique<sys::ProcessWatch>(
        m_io, m_identity.pid, [this, on_exit = std::move(on_exit)](int status) {
            const auto self = shared_from_this();
            m_ended = true;
            m_client->close();
            m_files.remove();
            m_end = m_silence.empty() ? sys::describeExit(status) : m_silence;
            on_exit(m_end);
        });
}

asio::awaitable<bool> ProxyProcess::connect(int timeout_ms)
{
    const auto self = shared_from_this();
    const bool connected =
        co_await m_client->connect(m_files.commandSocket(), m_identity.pid, timeout_ms);
    co_return connected && !m_ended;
}

asio::awaitable<std::string> ProxyProcess::tell(std::string command)
{
    const auto self = shared_from_this();
    auto answer = co_await m_client->ask(std::move(command));
    co_return answer ? std::move(*answer) : std::string();
}

asio::awaitable<bool> ProxyProcess::readState(std::set<WantedFrontend> frontends,
                                              std::map<PoolKind, unsigned> capacity)
{
    const auto self = shared_from_this();
    const std::string servers = co_await tell("show servers state");
    const std::string routes = co_await tell("show map " + m_files.routesName());
    const std::string probes = co_await tell("show map " + m_files.probesName());
    m_state.restore(parseServersState(servers), parseMap(routes), parseMap(probes),
                    std::move(frontends), std::move(capacity), sys::SystemClock().steadyMs());
    co_return !servers.empty();
}

asio::awaitable<bool> ProxyProcess::run(std::vector<std::string> commands)
{
    bool worked = true;
    for (const std::string &command : commands) {
        const auto answer = co_await m_client->ask(command);
        worked = worked && answer && saysSuccess(*answer);
        if (!answer)
            break;
        if (!saysSuccess(*answer))
            logProblem("HAProxy refused \"" + command + "\": " + *answer);
    }
    co_return worked;
}

asio::awaitable<bool> ProxyProcess::apply(Layout layout, std::int64_t now_ms)
{
    const auto self = shared_from_this();
    bool worked = co_await run(m_state.additions(layout, m_files.probesName()));
    if (const auto routes = m_state.routeChanges(layout))
        worked = co_await commitRoutes(*routes) && worked;
    worked = co_await run(m_state.removals(layout, now_ms)) && worked;
    co_return worked;
}

asio::awaitable<void> ProxyProcess::trustServers(Layout layout)
{
    const auto self = shared_from_this();
    co_await run(RunningState::firstTrust(layout));
}

asio::awaitable<void> ProxyProcess::addServers(Layout layout)
{
    const auto self = shared_from_this();
    co_await run(m_state.additions(layout, m_files.probesName()));
}

// All or nothing: HAProxy looks into the old version until the commit.
asio::awaitable<bool> ProxyProcess::commitRoutes(std::map<std::string, std::string> routes)
{
    const std::string file = m_files.routesName();
    const std::string prepared = co_await tell("prepare map " + file);
    const std::size_t colon = prepared.rfind(": ");
    if (!prepared.starts_with("New version created") || colon == std::string::npos)
        co_return false;
    const std::string version = "@" + prepared.substr(colon + 2);
    std::vector<std::string> commands;
    std::size_t count = 0;
    for (const auto &[frontend, backend] : routes) {
        if (count++ % kRoutesPerCommand == 0)
            commands.push_back("add map " + version + " " + file + " <<\n");
        commands.back() += frontend + " " + backend + "\n";
    }
    commands.push_back("commit map " + version + " " + file);
    co_return co_await run(std::move(commands));
}

asio::awaitable<void> ProxyProcess::retire()
{
    const auto self = shared_from_this();
    m_state.setRetired();
    signal(SIGUSR1);
    for (int poll = 0; poll < kStopPolls && !m_ended; ++poll)
        if (infoNumber(co_await tell("show info"), "Stopping") == 1)
            co_return;
}

void ProxyProcess::signal(int number)
{
    if (m_watch && !m_ended)
        m_watch->signal(number);
}

} // namespace slipway::edge
