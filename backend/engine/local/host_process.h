// One `slipwayd host` as its engine sees it: started or adopted, listened to, and buried.
#pragma once

#include "backend/engine/local/fitness.h"
#include "backend/engine/local/local_engine.h"
#include "backend/engine/local/order_sender.h"
#include "backend/sys/child_process.h"
#include "backend/sys/clock.h"
#include "backend/sys/daemon_log.h"
#include "backend/sys/liveness.h"
#include "backend/sys/message_channel.h"
#include "backend/sys/sandbox.h"

#include <functional>
#include <memory>
#include <string>

namespace slipway::engine
{

// Shared by all hosts of an engine, which owns it.
struct HostSurroundings {
    asio::io_context &io;
    const LocalEngineOptions &options;
    sys::SandboxTool &tool;
    const sys::Clock &clock;
    const EngineObserver &observer;
    std::function<void()> ended; // a host has ended for good
    IsolationFloor &floor;
    std::function<void()> floor_raised; // each host is held against it anew
    std::int64_t rejoin_ms = 5'000;
    bool accept_no_isolation = false;
};

// Pid of the host that still is the process that wrote its pid file; 0 when there is none.
int livingHost(const std::filesystem::path &host_folder);

class HostProcess
{
public:
    HostProcess(HostSurroundings &surroundings, HostSpec spec);
    ~HostProcess();

    // Waits for a host of an earlier controller to dial in, if one is alive; else starts one.
    void begin();
    void setOrders(const v1::HostOrders &orders);
    void stop(std::uint32_t grace_ms); // kills it when it takes much longer
    void detach();
    void rejoinTimeChanged();          // for one that died and waits
    void tick(std::int64_t passed_ms); // of the engine's own running time

    // A connection that said hello in this host's name.
    void connected(const sys::ChannelPtr &channel, const v1::HostHello &hello);
    void said(const v1::HostMessage &message);
    void disconnected(const std::string &cause);
    // The operator's word on isolation has changed: one that it concerns is tried, or asked, again.
    void wordChanged();
    // One that was taken in below the new floor is asked again, and takes nothing new.
    void floorRaised();
    // What it said was lost: it is hung up on, dials again at once and tells everything anew.
    void sayHelloAgain();
    bool stopping() const { return m_stopping; }
    bool over() const { return m_state == State::Over; }

private:
    enum class State { Idle, Awaited, Starting, Running, Burying, Resting, Over };

    void startProcess();
    void watch(int pid);
    std::string endOf(int status) const;
    void processEnded(const std::string &cause);
    void bury(const std::string &cause);
    void buried(const Result<void> &gone, const std::string &cause);
    void rest();
    void tellLost(const std::string &cause, bool instances_gone);
    void observe(v1::Observation &observation);
    void dropChannel();
    void awaitReturn();
    void expect(std::int64_t limit_ms, const std::string &else_cause,
                sys::RunReader reader = sys::readProcess);
    void heed(v1::HostHello hello);
    void tellFall(const std::string &advice);
    void tryAgain();
    void after(std::int64_t delay_ms, std::function<void()> action);
    std::filesystem::path folder() const;

    HostSurroundings &m_around;
    const HostSpec m_spec;
    sys::DaemonLog m_log;
    State m_state = State::Idle;
    OrderSender m_orders;
    bool m_stopping = false;
    std::unique_ptr<sys::ProcessWatch> m_process;
    sys::ChannelPtr m_channel;
    std::string m_death_cause; // known before the process ends, e.g. a hung host
    // What is waited for (a hello, its return, its next word), how long, and what is said when it
    // does not come.
    sys::Silence m_silence;
    std::int64_t m_silence_limit_ms = 0; // 0: nothing is expected
    std::string m_silence_cause;
    std::int64_t m_died_ms = 0; // steady
    RetestBackoff m_backoff;
    std::string m_level;        // that it told last
    bool m_retestable = false;  // it takes no instances and holds none
    bool m_retesting = false;   // it was ended for a new test; nobody is told
    asio::steady_timer m_timer; // of the state
    std::shared_ptr<bool> m_alive;
};

} // namespace slipway::engine
