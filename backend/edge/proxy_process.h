// One running HAProxy: started or taken over, driven by its Runtime API, watched to its end.
#pragma once

#include "backend/edge/proxy_config.h"
#include "backend/edge/running_state.h"
#include "backend/edge/runtime_client.h"
#include "backend/sys/child_process.h"
#include "backend/sys/clock.h"
#include "backend/sys/paths.h"

#include <asio.hpp>
#include <functional>
#include <memory>

namespace slipway::edge
{

struct ProcessIdentity { // a pid alone may have been given to somebody else
    int pid = 0;
    std::uint64_t start_ticks = 0;
    std::uint64_t generation = 0;
    bool alive() const;
};

// The program's full path: what SLIPWAY_HAPROXY names, or found in PATH; /usr/sbin is searched too,
// which ordinary users' PATH leaves out.
std::string haproxyProgram();

class ProxyProcess : public std::enable_shared_from_this<ProxyProcess>
{
public:
    using OnExit = std::function<void(const std::string &how)>;

    ProxyProcess(asio::io_context &io, ProxyFiles files, ProxyCell cell);
    ~ProxyProcess();

    // Writes the files and starts the program in a session of its own, so that it survives this
    // one. A silent one says nothing of its own limits; one aloud writes on as long as it lives.
    enum class Voice { Silent, Aloud };
    Result<void> start(const Layout &layout, Voice voice, OnExit on_exit);
    void adopt(const ProcessIdentity &identity, OnExit on_exit);

    // False when the process ended or was silent for too long; a silent one is killed, here and
    // with every later command.
    asio::awaitable<bool> connect(int timeout_ms);
    // After adopt() and connect(): what it holds.
    asio::awaitable<bool> readState(std::set<WantedFrontend> frontends,
                                    std::map<PoolKind, unsigned> capacity);
    // True when HAProxy has answered every command with success: then the layout is in force.
    asio::awaitable<bool> apply(Layout layout, std::int64_t now_ms);
    asio::awaitable<void> trustServers(Layout layout); // once, after connect() of a new process
    // The layout's servers alone, while they still can be added: before retire().
    asio::awaitable<void> addServers(Layout layout);
    // No new connections; returns when HAProxy says that it is stopping.
    asio::awaitable<void> retire();
    // Empty when the process is gone.
    asio::awaitable<std::string> tell(std::string command);
    void signal(int number);

    const ProcessIdentity &identity() const { return m_identity; }
    const ProxyFiles &files() const { return m_files; }
    RunningState &state() { return m_state; }
    bool ended() const { return m_ended; }
    const std::string &end() const { return m_end; } // how it ended; empty while it lives
    bool answers() const { return m_client->connected(); }

private:
    Result<void> writeFiles(const Layout &layout) const;
    void watch(OnExit on_exit);
    void endSilent(std::int64_t silent_ms);
    asio::awaitable<bool> run(std::vector<std::string> commands);
    asio::awaitable<bool> commitRoutes(std::map<std::string, std::string> routes);

    asio::io_context &m_io;
    ProxyFiles m_files;
    const ProxyCell m_cell;
    ProcessIdentity m_identity;
    RunningState m_state;
    std::shared_ptr<RuntimeClient> m_client;
    std::unique_ptr<sys::ProcessWatch> m_watch;
    std::string m_silence; // why we ended it ourselves
    std::string m_end;
    bool m_ended = false;
};

using ProxyPtr = std::shared_ptr<ProxyProcess>;

} // namespace slipway::edge
