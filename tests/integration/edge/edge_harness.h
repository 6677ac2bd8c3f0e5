// The controller's side of an edge in a folder of its own: starts the keeper (this very program
// with the argument "keeper") and instances ("backend"), sends tables, waits for what is reported.
#pragma once

#include "backend/edge/held_sockets.h"
#include "backend/sys/child_process.h"
#include "backend/sys/message_channel.h"
#include "backend/sys/paths.h"
#include "slipway/v1/machine.pb.h"

#include <QTemporaryDir>
#include <functional>
#include <map>
#include <optional>

namespace slipway::test
{

// Plays the keeper's or a backend's part when the arguments say so; then its result is the exit
// code of the process.
std::optional<int> playPart(int argc, char **argv);

// An HTTP client on one connection, kept open as long as the other side does.
class KeptClient
{
public:
    KeptClient(std::string address, std::uint32_t port);
    ~KeptClient();
    void send(const std::string &path, const std::string &method = "GET");
    std::string receive(); // the body; "<status> <body>" unless 200; "broken" when it broke
    std::string get(const std::string &path = "/");
    bool isOpen() const { return m_fd >= 0; }

private:
    void open();
    void shut();
    std::string m_address;
    std::uint32_t m_port;
    int m_fd = -1;
};

struct LoadResult {
    std::string output; // wrk's own
    double requests_per_second = 0;
    std::string problem; // its lines about errors; empty: none
};

class EdgeHarness
{
public:
    EdgeHarness();
    ~EdgeHarness(); // stops the keeper, kills the rest

    bool until(const std::function<bool()> &condition, int timeout_ms = 20'000);

    void startKeeper(std::uint64_t file_limit = 0); // 0: this process's own limit
    void killKeeper();                              // as kill -9 does; HAProxy goes on
    void forgetSockets() { m_held.clear(); }        // as a controller that was killed too
    bool stopKeeper();                              // EdgeStop; true when it ended
    int keeperPid() const { return m_keeper_pid; }
    int haproxyPid() const { return m_report.haproxy_pid(); }
    std::string address() const { return m_address; }
    std::string folder() const { return m_paths.runtime.string(); }
    const sys::Paths &paths() const { return m_paths; }

    // An instance of a deployment: its process listens when this returns.
    v1::PoolServer startInstance(const std::string &deployment, const std::string &instance);
    void killInstance(const std::string &deployment, const std::string &instance);

    // The table under construction.
    v1::RoutingTable &table() { return m_table; }
    v1::Listener &addListener(const std::string &key, std::uint32_t port, const std::string &pool,
                              v1::Protocol protocol = v1::HTTP);
    v1::Pool &addPool(const std::string &deployment, int instances,
                      v1::Protocol protocol = v1::HTTP);
    void swapPools(int first_listener, int second_listener);
    bool apply(int timeout_ms = 20'000); // sends it under a new revision; waits until in force
    void send();

    const v1::EdgeReport &report() const { return m_report; }
    const v1::EdgeHello &hello() const { return m_hello; }
    const v1::EdgeMetrics &metrics() const { return m_metrics; }
    const std::vector<v1::Happening> &happenings() const { return m_happenings; }
    std::uint32_t boundPort(const std::string &key) const;
    int messages() const { return m_messages; }
    int connections() const { return m_connections; } // to the controller's socket, so far
    void hangUp(); // breaks the connection, as a controller's death does
    bool connected() const { return m_channel != nullptr; }

    // wrk in the background, 32 connections; finishLoad waits for its end.
    void startLoad(std::uint32_t port, int seconds, bool close_connections,
                   const std::string &path = "/");
    bool loadRuns();
    LoadResult finishLoad();
    LoadResult endLoad(); // at once

private:
    void onAccept(sys::ChannelPtr channel);
    void onMessage(std::string_view bytes);
    std::string socketOf(const std::string &deployment, const std::string &instance) const;
    int spawnSelf(std::vector<std::string> arguments, const std::vector<int> &inherited = {});

    QTemporaryDir m_folder;
    sys::Paths m_paths;
    std::string m_address;
    asio::io_context m_io;
    std::unique_ptr<sys::MessageListener> m_listener;
    sys::ChannelPtr m_channel;
    edge::HeldSockets m_held;
    v1::RoutingTable m_table;
    v1::EdgeReport m_report;
    v1::EdgeHello m_hello;
    v1::EdgeMetrics m_metrics;
    std::vector<v1::Happening> m_happenings;
    int m_messages = 0;
    int m_connections = 0;
    int m_keeper_pid = 0;
    int m_load_pid = 0;
    std::map<std::string, int> m_instances; // pids by socket
};

} // namespace slipway::test
