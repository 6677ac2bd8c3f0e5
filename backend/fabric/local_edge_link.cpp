#include "backend/fabric/local_edge_link.h"

#include "backend/edge/files.h"
#include "backend/fabric/keeper_words.h"
#include "backend/sys/append_file.h"
#include "backend/sys/descriptor_passing.h"
#include "backend/sys/file_lock.h"
#include "backend/sys/sandbox_processes.h"

#include <algorithm>
#include <cstdlib>
#include <spdlog/spdlog.h>

namespace slipway::fabric
{

namespace
{

constexpr int kSignalTerminate = 15;
constexpr int kSignalKill = 9;
constexpr std::uint32_t kProtocol = 1;
constexpr int kLook_ms = 250;
constexpr std::int64_t kHung_ms = 3000;
constexpr std::int64_t kFirstHello_ms = 10'000; // a new keeper starts HAProxy first
constexpr std::int64_t kStableLife_ms = 2000;   // ended later than this: restarted at once
constexpr int kRestartDelayFirst_ms = 200;
constexpr int kRestartDelayMax_ms = 5000;

asio::chrono::milliseconds milliseconds(std::int64_t count)
{
    return asio::chrono::milliseconds(count);
}

// The keeper of an earlier controller, as its lock tells; 0: there is none.
int livingKeeper(const sys::Paths &paths)
{
    const auto lock = sys::FileLock::take(paths.keeperLock());
    const bool held = !lock && lock.error().reason() == "DATA_FOLDER_IN_USE";
    return held ? std::atoi(lock.error().subject().c_str()) : 0;
}

} // namespace

LocalEdgeLink::LocalEdgeLink(const PartsContext &context)
    : m_context(context), m_log(context.paths.logs() / "edge.log"),
      m_listener(context.io, [this](sys::ChannelPtr channel) { accepted(std::move(channel)); }),
      m_launch_timer(context.io), m_silence_timer(context.io), m_stop_timer(context.io),
      m_newcomers(context.io)
{
}

LocalEdgeLink::~LocalEdgeLink()
{
    detach();
}

void LocalEdgeLink::start(EdgeObserver observer)
{
    m_observer = std::move(observer);
    const sys::Paths &paths = m_context.paths;
    if (const auto listening = m_listener.listen(paths.edgeSocket()); !listening)
        spdlog::error("{}", listening.error().message());
    // One that lives dials in by itself, and has to be known before it does: a stop may come first.
    if (const int keeper = livingKeeper(paths); keeper > 0)
        follow(keeper);
    else
        launchLater(0);
    m_last_look_ms = m_clock.steadyMs();
    m_sleep_ms = m_clock.bootMs() - m_clock.steadyMs();
    watchSilence();
}

void LocalEdgeLink::setTable(const v1::RoutingTable &table)
{
    m_table = table;
    if (!m_channel)
        return;
    v1::EdgeCommand command;
    *command.mutable_table() = table;
    m_channel->tell(command);
}

// It dials again at once, and every keeper that connects gets the table and reports. One that does
// not counts as silent.
void LocalEdgeLink::reportAgain()
{
    if (const sys::ChannelPtr channel = std::exchange(m_channel, nullptr))
        channel->close();
    m_silence.heard();
}

void LocalEdgeLink::accepted(sys::ChannelPtr channel)
{
    m_newcomers.enter(channel);
    channel->takeDescriptors();
    // The channel holds these closures and drops them when it closes.
    channel->start([this, channel](std::string_view bytes) { received(channel, bytes); },
                   [this, channel](const std::string &cause) { closed(channel, cause); });
}

void LocalEdgeLink::received(const sys::ChannelPtr &channel, std::string_view bytes)
{
    v1::EdgeMessage message;
    if (!sys::parseMessage(bytes, message)) {
        spdlog::warn("The edge sent bytes that are no message; its connection is closed.");
        const sys::ChannelPtr keep = channel;
        keep->close();
        return closed(keep, "it sent bytes that are no message");
    }
    m_silence.heard();
    hold(channel);
    if (message.has_hello())
        welcome(channel, message.hello());
    else if (channel == m_channel)
        dispatch(message);
}

void LocalEdgeLink::welcome(const sys::ChannelPtr &channel, const v1::EdgeHello &hello)
{
    const sys::ChannelPtr keep = channel; // its closure may be dropped below
    m_newcomers.leave(keep);
    const int peer = keep->peerPid(); // 0: the platform does not tell
    if (hello.protocol() != kProtocol || hello.fabric_id() != m_context.fabric_id || m_ending ||
        (peer != 0 && peer != hello.pid())) {
        spdlog::warn("An edge of another fabric or protocol was turned away (pid {}).",
                     hello.pid());
        return keep->close();
    }
    if (m_channel && m_channel != keep)
        m_channel->close();
    m_launch_timer.cancel();
    m_channel = keep;
    m_haproxy_pid = hello.haproxy_pid();
    if (m_watch && m_watch->pid() != hello.pid())
        end(m_watch->pid()); // only one keeper: the one that speaks
    follow(hello.pid());
    m_connected = true;
    m_start_problem.clear();
    m_observer.connected(hello);
    if (m_table)
        setTable(*m_table);
}

void LocalEdgeLink::hold(const sys::ChannelPtr &channel)
{
    const int fd = channel->descriptor();
    if (channel == m_channel)
        m_held.keep(fd);
    else
        sys::closeDescriptor(fd);
}

void LocalEdgeLink::dispatch(const v1::EdgeMessage &message)
{
    switch (message.body_case()) {
    case v1::EdgeMessage::kReport:
        return reported(believedReport(message.report()));
    case v1::EdgeMessage::kMetrics:
        return m_observer.sampled(believedTraffic(message.metrics()));
    case v1::EdgeMessage::kHappening:
        if (const auto happening = believedHappening(message.happening(), m_clock.wallMs()))
            m_observer.happened(*happening);
        return;
    default:
        return;
    }
}

void LocalEdgeLink::reported(const v1::EdgeReport &report)
{
    m_haproxy_pid = report.haproxy_pid();
    m_proxy_problem = report.problem();
    m_observer.reported(report);
}

void LocalEdgeLink::closed(const sys::ChannelPtr &channel, const std::string &cause)
{
    m_newcomers.leave(channel);
    if (channel != m_channel)
        return;
    m_channel.reset(); // the process may live on and dial again; silence decides
    m_silence.heard();
    reportLost("its connection closed (" + cause + ")");
}

void LocalEdgeLink::reportLost(const std::string &cause)
{
    if (!m_connected || m_ending)
        return;
    m_connected = false;
    m_observer.lost(cause);
}

void LocalEdgeLink::launchLater(int delay_ms)
{
    m_launch_timer.expires_after(milliseconds(delay_ms));
    m_launch_timer.async_wait([this](std::error_code error) {
        if (!error && !m_channel && !m_watch && !m_ending)
            launch();
    });
}

void LocalEdgeLink::launch()
{
    const sys::Paths &paths = m_context.paths;
    sys::SpawnRequest request;
    request.arguments = {m_context.daemon_program.string(),
                         "edge",
                         "--fabric-id",
                         m_context.fabric_id,
                         "--data",
                         paths.data.string(),
                         "--runtime",
                         paths.runtime.string()};
    request.inherited_fds = m_held.fds();
    if (!request.inherited_fds.empty())
        request.arguments.insert(request.arguments.end(),
                                 {"--listening", edge::listOf(request.inherited_fds)});
    request.new_session = true;
    const int log = m_log.beginLife();
    request.stdout_fd = log;
    request.stderr_fd = log;
    m_launch_ms = m_clock.steadyMs();
    const auto pid = sys::spawn(request);
    sys::closeFile(log);
    if (pid)
        return follow(*pid);
    setStartProblem(pid.error().message());
    m_restart_delay_ms = kRestartDelayMax_ms;
    launchLater(m_restart_delay_ms);
}

void LocalEdgeLink::follow(int pid)
{
    m_silence.heard();
    m_pid = pid;
    if (m_watch && m_watch->pid() == pid)
        return;
    m_watch = std::make_unique<sys::ProcessWatch>(
        m_context.io, pid, [this](int wait_status) { processEnded(wait_status); });
}

void LocalEdgeLink::processEnded(int wait_status)
{
    const std::string cause = sys::describeExit(wait_status);
    m_watch.reset();
    m_pid = 0;
    if (const sys::ChannelPtr channel = std::exchange(m_channel, nullptr))
        channel->close();
    if (m_ending)
        return finishStop();
    spdlog::warn("The edge {}; it is started again.", cause);
    if (!m_connected) {
        const std::string words = m_log.lastWords();
        setStartProblem("The edge's keeper " + cause + ": " +
                        (words.empty() ? "it said nothing" : words));
    }
    reportLost("its keeper " + cause);
    const bool stable = m_clock.steadyMs() - m_launch_ms > kStableLife_ms;
    m_restart_delay_ms =
        stable ? 0 : std::clamp(m_restart_delay_ms * 2, kRestartDelayFirst_ms, kRestartDelayMax_ms);
    launchLater(m_restart_delay_ms);
}

// By a watch of its own, which reaps it.
void LocalEdgeLink::end(int pid)
{
    auto &watch = m_dying[pid];
    watch = std::make_unique<sys::ProcessWatch>(m_context.io, pid,
                                                [this, pid](int) { m_dying.erase(pid); });
    watch->signal(kSignalKill);
}

// A keeper that starts says itself what else is wrong.
void LocalEdgeLink::setStartProblem(const std::string &problem)
{
    if (problem == m_start_problem)
        return;
    m_start_problem = problem;
    v1::Happening happening;
    happening.set_time_ms(m_clock.wallMs());
    happening.set_severity(v1::ERROR);
    happening.set_kind("EdgeNotStarted");
    happening.set_message(problem);
    happening.set_reaction("It is tried again.");
    m_observer.happened(happening);
}

void LocalEdgeLink::watchSilence()
{
    m_silence_timer.expires_after(milliseconds(kLook_ms));
    m_silence_timer.async_wait([this](std::error_code error) {
        if (error || m_ending)
            return;
        judgeSilence();
        judgeFolder();
        watchSilence();
    });
}

// Only time in which this thread itself ran is counted: whoever was stopped cannot accuse others.
void LocalEdgeLink::judgeSilence()
{
    const std::int64_t now_ms = m_clock.steadyMs();
    const std::int64_t passed_ms = now_ms - std::exchange(m_last_look_ms, now_ms);
    if (sleptMeanwhile())
        m_silence.heard();
    if (!m_watch)
        return;
    m_silence.look(m_watch->pid(), std::min<std::int64_t>(passed_ms, 2 * kLook_ms));
    if (!m_silence.isLongerThan(m_connected ? kHung_ms : kFirstHello_ms))
        return;
    spdlog::warn("The edge (pid {}) said nothing for {} ms; it is ended and started again.", m_pid,
                 m_silence.countedMs());
    m_silence.heard();
    m_watch->signal(kSignalKill);
}

// With its folder the sockets went by which HAProxy is told anything and reaches anybody.
void LocalEdgeLink::judgeFolder()
{
    const std::filesystem::path folder = m_context.paths.edgeFolder();
    std::error_code ignored;
    if (!m_watch || !m_connected || std::filesystem::exists(folder, ignored))
        return;
    spdlog::error("{} was removed by somebody; the edge is started again.", folder.string());
    for (const int pid : edge::findProxies(folder))
        sys::endProcess(pid, false);
    m_watch->signal(kSignalKill);
}

bool LocalEdgeLink::sleptMeanwhile()
{
    const std::int64_t sleep_ms = m_clock.bootMs() - m_clock.steadyMs();
    const bool slept = sleep_ms - m_sleep_ms > 500;
    m_sleep_ms = sleep_ms;
    return slept;
}

void LocalEdgeLink::stop(std::uint32_t grace_ms, std::function<void()> done)
{
    m_ending = true;
    m_stopped = std::move(done);
    m_launch_timer.cancel();
    m_silence_timer.cancel();
    if (!m_watch)
        return killAll();
    sendStop();
    m_stop_timer.expires_after(milliseconds(grace_ms));
    m_stop_timer.async_wait([this](std::error_code error) {
        if (!error)
            killAll();
    });
}

void LocalEdgeLink::sendStop()
{
    v1::EdgeCommand command;
    command.mutable_stop();
    if (m_channel)
        m_channel->tell(command);
    else
        m_watch->signal(kSignalTerminate);
}

// The last word: a keeper that did not follow, and the HAProxies that it would leave behind, also
// those that were replaced and only finish their requests. A look at what runs knows them better
// than any report of a keeper that hangs.
void LocalEdgeLink::killAll()
{
    for (const int pid : edge::findProxies(m_context.paths.edgeFolder()))
        end(pid);
    if (m_watch)
        m_watch->signal(kSignalKill); // finishStop() follows its end
    else
        finishStop();
}

void LocalEdgeLink::finishStop()
{
    m_stop_timer.cancel();
    const auto done = std::exchange(m_stopped, nullptr);
    detach();
    if (done)
        asio::post(m_context.io, done);
}

void LocalEdgeLink::detach()
{
    m_ending = true;
    m_launch_timer.cancel();
    m_silence_timer.cancel();
    m_listener.close();
    m_newcomers.closeAll();
    if (const sys::ChannelPtr channel = std::exchange(m_channel, nullptr))
        channel->close();
    m_watch.reset();
    m_dying.clear();
    m_held.clear();
}

} // namespace slipway::fabric
