// The inside of `slipwayd host`: its orders, its instances, its line to the controller. One thread.
#pragma once

#include "backend/host/instance.h"
#include "backend/host/order_book.h"
#include "backend/sys/message_channel.h"

#include <deque>
#include <map>
#include <set>
#include <utility>

namespace slipway::host
{

class HostDaemon
{
public:
    HostDaemon(asio::io_context &io, const HostOptions &options, Isolation isolation);

    // Clears up what an earlier host of this id left, then listens and dials. An error is one of
    // its own folders: nothing can run then.
    Result<void> start();
    // Ends all instances, removes what is the host's own, and stops the io_context.
    void stop(std::uint32_t grace_ms);

private:
    using Key = std::pair<std::string, std::string>; // deployment id, instance

    void clearLeftovers(std::function<void()> done);

    void controllerConnected(const sys::ChannelPtr &channel);
    void controllerSaid(std::string_view bytes);
    void sendHello();
    void shorten(v1::HostHello &hello);
    void send(const v1::HostMessage &message);
    void sendLate();
    void sample(const v1::MetricSample &sample);

    void takeOrders(const std::vector<WholeOrder> &orders);
    void refuseOrders(const std::vector<WholeOrder> &orders);
    void removeAbsent(const v1::InstanceOrder &order);
    void tellAbsent(const v1::InstanceOrder &order);
    void settleLater();
    void settle();
    void finish();
    void tick(std::int64_t passed_ms);
    bool folderIsGone();
    void scheduleTick();

    std::string ownerMark() const;
    std::filesystem::path pidFile() const { return folder() / "host.pid"; }
    std::filesystem::path folder() const { return m_options.paths.hostFolder(m_options.host_id); }

    asio::io_context &m_io;
    const HostOptions m_options;
    const Isolation m_isolation;
    const sys::SystemClock m_clock;
    const std::int64_t m_start_time_ms;
    sys::SandboxTool m_tool;
    DiskWatch m_disks;
    HostContext m_context;
    sys::MessageDialer m_dialer;
    sys::ChannelPtr m_controller;
    std::deque<v1::HostMessage> m_unsent; // happenings while no controller listens, or slowly
    std::set<Key> m_late;                 // instances whose status waits for a quicker controller
    v1::HostMetrics m_samples;
    OrderBook m_orders;
    std::map<Key, std::unique_ptr<Instance>> m_instances;
    asio::steady_timer m_tick;
    asio::steady_timer m_clearing; // what an earlier host left and what does not go
    std::set<int> m_zombies;
    int m_missed = 0; // how often in a row its folder was gone
    bool m_stopping = false;
    bool m_settle_posted = false;
};

} // namespace slipway::host
