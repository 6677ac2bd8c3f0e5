// Brings about the controller's routing tables. Everything runs on the one thread of its
// io_context; work() is the only place that changes processes and layout.
#pragma once

#include "backend/edge/drain_watch.h"
#include "backend/edge/edge.h"
#include "backend/edge/files.h"
#include "backend/edge/latency_log.h"
#include "backend/edge/listen_sockets.h"
#include "backend/edge/proxy_process.h"
#include "backend/edge/traffic_meter.h"
#include "backend/sys/clock.h"
#include "backend/sys/message_channel.h"

#include <set>

namespace slipway::edge
{

class Keeper
{
public:
    Keeper(asio::io_context &io, const EdgeOptions &options, ProxyCell cell);
    // Reads what an earlier keeper left, takes its HAProxy over, then dials the controller.
    Result<void> start();
    // Ends HAProxy, softly first, removes its files, and then stops the io_context. Idempotent.
    void stop();

private:
    static constexpr int kShortLife_ms = 1'000; // HAProxy that ends sooner never worked
    static constexpr int kRest_ms = 60'000;     // between two looks when nothing is awaited

    // keeper.cpp: the wanted state
    asio::awaitable<void> work();
    asio::awaitable<void> bringAbout(v1::RoutingTable table);
    asio::awaitable<bool> reach(const v1::RoutingTable &table);
    asio::awaitable<bool> replaceProxy(Layout layout, v1::RoutingTable table);
    asio::awaitable<void> endForGood(ProxyPtr proxy);
    int joinPause_ms() const;
    asio::awaitable<void> startFailed(ProxyPtr next, Result<void> started, Layout layout,
                                      v1::RoutingTable table);
    void tellLimits(const Layout &layout);
    bool diedYoung() const;
    void confirm(const Layout &layout);
    void wake();
    asio::awaitable<void> pause(int timeout_ms);
    Layout layoutFor(const v1::RoutingTable &table, bool fresh);

    // keeper_lifetime.cpp: processes that come and go
    asio::awaitable<void> takeOver();
    asio::awaitable<void> adoptRetired(const KeeperState &state);
    asio::awaitable<bool> adoptCurrent(const KeeperState &state);
    asio::awaitable<void> giveUp(ProxyPtr proxy);
    asio::awaitable<void> bindAgain(const v1::RoutingTable &table);
    void onProxyExit(const ProxyPtr &proxy, const std::string &how);
    ProxyProcess::OnExit exitHandler(const ProxyPtr &proxy);
    void killStrangers();
    void saveState();
    asio::awaitable<void> stopAll();
    bool anyProxyLeft() const;
    void removeFiles();
    void removeStaleFiles();

    // keeper_faults.cpp: a HAProxy that does not start, a disk that is full
    std::map<std::string, std::string> leftOut(const v1::RoutingTable &table) const;
    asio::awaitable<std::string> complaintAbout(Layout layout);
    asio::awaitable<void> findFaults(Layout layout, v1::RoutingTable table);
    bool forgetOldFaults(); // whether there were any
    void setProblem(const std::string &problem);
    void keep(const std::string &file, const std::string &text);

    // keeper_watch.cpp: looking at what runs
    asio::awaitable<void> watchDrains();
    asio::awaitable<void> lookOnce(bool thorough);
    asio::awaitable<bool> lookAtSessions();
    asio::awaitable<void> deleteLeaving(ProxyPtr proxy);
    asio::awaitable<void> endRetired();
    asio::awaitable<void> measure();
    asio::awaitable<void> measureOnce();
    void sendMetrics(const v1::EdgeMetrics &metrics);
    void lookAtMesh();
    bool somethingLeaves();

    // keeper_reports.cpp: the controller
    void dialController();
    void onConnected(sys::ChannelPtr channel);
    void onCommand(std::string_view bytes);
    void report(); // always
    void handOver();
    void reportChanges(); // when it differs from the last one
    void tellHappening(v1::Severity severity, const std::string &kind, const std::string &message,
                       const std::string &reaction);
    v1::EdgeReport makeReport() const;
    std::vector<ProxyPtr> allProxies() const;
    bool seesAllRequests() const;
    void tellCell();

    asio::io_context &m_io;
    const EdgeOptions m_options;
    const std::filesystem::path m_folder;
    ProxyCell m_cell;
    std::uint64_t m_mesh_id = 0;
    const sys::SystemClock m_clock;
    const std::int64_t m_start_time_ms;
    asio::steady_timer m_wake;
    asio::steady_timer m_watch_wake;
    sys::MessageDialer m_dialer;
    sys::ChannelPtr m_channel;
    std::set<unsigned long> m_handed; // sockets that went through it
    LatencyLog m_latency_log;
    TrafficMeter m_meter;
    DrainWatch m_drains;
    ListenSockets m_sockets;
    BackendBook m_book;

    v1::RoutingTable m_table; // the newest one
    bool m_have_table = false;
    bool m_dirty = false; // m_table (or HAProxy's death) waits to be dealt with
    bool m_stopping = false;
    Layout m_layout; // in force
    std::uint64_t m_applied_revision = 0;
    std::uint64_t m_generation = 0;
    int m_failures = 0; // of starts in a row
    std::int64_t m_last_start_ms = 0;
    ProxyPtr m_current;
    std::vector<ProxyPtr> m_retired; // replaced, finishing what they have; the oldest first
    v1::EdgeReport m_last_report;
    struct Fault {
        std::string pool; // as it was
        std::string reason;
        std::int64_t found_ms = 0; // steady
    };
    std::map<std::string, Fault> m_faults; // pools that HAProxy does not take, by id
    std::string m_problem;                 // why HAProxy does not run
    std::string m_disk_problem;
    std::string m_limit_problem;
    ProxyProcess::Voice m_voice = ProxyProcess::Voice::Silent; // of the next that is started
    bool m_start_fresh = false; // the running process cannot serve what is wanted
    int m_young_deaths = 0;     // of HAProxy, in a row
    bool m_measuring = false;
    std::int64_t m_measured_ms = 0;
};

} // namespace slipway::edge
