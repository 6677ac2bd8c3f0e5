// Keeps one `slipwayd edge` alive on this machine and speaks with it.
#pragma once

#include "backend/edge/held_sockets.h"
#include "backend/fabric/parts.h"
#include "backend/sys/child_process.h"
#include "backend/sys/clock.h"
#include "backend/sys/daemon_log.h"
#include "backend/sys/liveness.h"
#include "backend/sys/message_channel.h"
#include "backend/sys/newcomers.h"

#include <asio/steady_timer.hpp>
#include <map>
#include <optional>

namespace slipway::fabric
{

// On the fabric's thread. A keeper's death is seen by its pidfd; one that lives but says nothing
// for 3 s in which both this thread and the keeper could run counts as hung and is killed. HAProxy
// goes on meanwhile.
class LocalEdgeLink final : public EdgeLink
{
public:
    explicit LocalEdgeLink(const PartsContext &context);
    ~LocalEdgeLink() override;

    void start(EdgeObserver observer) override;
    void setTable(const v1::RoutingTable &table) override;
    void reportAgain() override;
    void stop(std::uint32_t grace_ms, std::function<void()> done) override;
    void detach() override;
    int pid() const override { return m_channel ? m_pid : 0; }
    int haproxyPid() const override { return m_haproxy_pid; }
    std::string problem() const override
    {
        return m_start_problem.empty() ? m_proxy_problem : m_start_problem;
    }

private:
    void accepted(sys::ChannelPtr channel);
    void received(const sys::ChannelPtr &channel, std::string_view bytes);
    void welcome(const sys::ChannelPtr &channel, const v1::EdgeHello &hello);
    void dispatch(const v1::EdgeMessage &message);
    void hold(const sys::ChannelPtr &channel);
    void reported(const v1::EdgeReport &report);
    void closed(const sys::ChannelPtr &channel, const std::string &cause);
    void launchLater(int delay_ms);
    void launch();
    void follow(int pid);
    void processEnded(int wait_status);
    void end(int pid);
    void setStartProblem(const std::string &problem);
    void reportLost(const std::string &cause);
    void watchSilence();
    void judgeSilence();
    void judgeFolder();
    bool sleptMeanwhile();
    void sendStop();
    void killAll();
    void finishStop();

    PartsContext m_context;
    sys::DaemonLog m_log; // of the keepers
    sys::SystemClock m_clock;
    EdgeObserver m_observer;
    sys::MessageListener m_listener;
    asio::steady_timer m_launch_timer;
    asio::steady_timer m_silence_timer;
    asio::steady_timer m_stop_timer;
    sys::ChannelPtr m_channel;  // of the keeper that said hello
    sys::Newcomers m_newcomers; // have not said hello yet
    edge::HeldSockets m_held;   // of the keeper, for the next one
    std::unique_ptr<sys::ProcessWatch> m_watch;
    std::map<int, std::unique_ptr<sys::ProcessWatch>> m_dying; // killed, and not yet gone
    std::optional<v1::RoutingTable> m_table;
    std::function<void()> m_stopped;
    int m_pid = 0;
    int m_haproxy_pid = 0;
    int m_restart_delay_ms = 0;
    std::int64_t m_launch_ms = 0; // steady
    std::int64_t m_sleep_ms = 0;  // of the machine, since it booted
    std::int64_t m_last_look_ms = 0;
    sys::Silence m_silence;      // of the keeper
    std::string m_start_problem; // why no keeper starts
    std::string m_proxy_problem; // why it has no HAProxy, as it said
    bool m_connected = false;    // the observer was told so
    bool m_ending = false;
};

} // namespace slipway::fabric
