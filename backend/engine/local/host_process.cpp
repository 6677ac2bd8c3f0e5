#include "backend/engine/local/host_process.h"

#include "backend/proto/happening.h"
#include "backend/sys/append_file.h"
#include "backend/sys/cgroup.h"
#include "backend/sys/sandbox_processes.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <spdlog/spdlog.h>

namespace slipway::engine
{

namespace fs = std::filesystem;

namespace
{

constexpr std::int64_t kAdoptionMax_ms = 3'000; // it redials each second, on a busy machine late
constexpr std::int64_t kFirstHelloMax_ms = 20'000;
constexpr std::int64_t kLinklessMax_ms = 1'000;
constexpr std::int64_t kStopMargin_ms = 700;
constexpr std::int64_t kBurialRetry_ms = 1'000;
constexpr std::int64_t kTogether_ms = 250; // deaths of one mishap
constexpr std::int64_t kSilentMax_ms = 3'000;

} // namespace

int livingHost(const fs::path &host_folder)
{
    int pid = 0;
    std::uint64_t start_ticks = 0;
    std::ifstream(host_folder / "host.pid") >> pid >> start_ticks;
    const bool is_same = pid > 0 && start_ticks != 0 && sys::processStartTicks(pid) == start_ticks;
    return is_same && sys::processAlive(pid) ? pid : 0;
}

HostProcess::HostProcess(HostSurroundings &surroundings, HostSpec spec)
    : m_around(surroundings), m_spec(std::move(spec)),
      m_log(surroundings.options.paths.logs() / "hosts" / (m_spec.id + ".log")),
      m_timer(surroundings.io), m_alive(std::make_shared<bool>(true))
{
}

HostProcess::~HostProcess()
{
    detach();
}

fs::path HostProcess::folder() const
{
    return m_around.options.paths.hostFolder(m_spec.id);
}

void HostProcess::after(std::int64_t delay_ms, std::function<void()> action)
{
    m_timer.expires_after(std::chrono::milliseconds(delay_ms));
    m_timer.async_wait([alive = m_alive, action = std::move(action)](std::error_code error) {
        if (!error && *alive)
            action();
    });
}

void HostProcess::begin()
{
    const int pid = livingHost(folder());
    if (pid == 0)
        return startProcess();
    m_state = State::Awaited;
    watch(pid);
    awaitReturn();
}

// A limit of time in which the host could run, not of the clock: a starved one is waited for.
void HostProcess::expect(std::int64_t limit_ms, const std::string &else_cause,
                         sys::RunReader reader)
{
    m_silence = sys::Silence(std::move(reader));
    m_silence_limit_ms = limit_ms;
    m_silence_cause = else_cause;
}

void HostProcess::awaitReturn()
{
    expect(kAdoptionMax_ms, "it did not come back to the controller within 3 s");
}

void HostProcess::startProcess()
{
    const int log = m_log.beginLife();
    sys::SpawnRequest request;
    request.arguments = {m_around.options.daemon_program.string(),
                         "host",
                         "--id",
                         m_spec.id,
                         "--fabric-id",
                         m_around.options.fabric_id,
                         "--data",
                         m_around.options.paths.data.string(),
                         "--runtime",
                         m_around.options.paths.runtime.string()};
    if (const std::string floor = m_around.floor.name(); !floor.empty())
        request.arguments.insert(request.arguments.end(), {"--floor", floor});
    if (m_around.accept_no_isolation)
        request.arguments.emplace_back("--accept-no-isolation");
    request.new_session = true;
    request.stdout_fd = log;
    request.stderr_fd = log;
    const auto pid = sys::spawn(request);
    sys::closeFile(log);
    m_state = State::Starting;
    m_retestable = false;
    m_retesting = false;
    m_death_cause.clear();
    if (!pid) {
        asio::post(m_around.io, [this, alive = m_alive, cause = pid.error().message()] {
            if (*alive)
                processEnded(cause);
        });
        return;
    }
    watch(*pid);
    // Before its hello it waits for its test sandbox, which is a process below it.
    expect(kFirstHelloMax_ms, "it did not report within 20 s of its start", sys::readProcessTree);
}

void HostProcess::watch(int pid)
{
    m_process = std::make_unique<sys::ProcessWatch>(
        m_around.io, pid, [this](int status) { processEnded(endOf(status)); });
}

// One that did not come up says in its log why.
std::string HostProcess::endOf(int status) const
{
    const std::string end = "it " + sys::describeExit(status);
    const std::string words = m_state == State::Starting ? m_log.lastWords() : std::string();
    return words.empty() ? end : end + " and said: " + words;
}

void HostProcess::connected(const sys::ChannelPtr &channel, const v1::HostHello &hello)
{
    const bool is_awaited =
        m_state == State::Awaited || m_state == State::Starting || m_state == State::Running;
    if (!is_awaited || (m_process && m_process->pid() != hello.pid()))
        return channel->close();
    dropChannel();
    m_channel = channel;
    m_timer.cancel();
    m_state = State::Running;
    if (m_stopping)
        return stop(0); // it came up while it was told to go
    expect(kSilentMax_ms, "it was silent for 3 s");
    heed(hello);
    m_orders.begin(channel);
}

// What the host says of itself, and what the fabric holds against its level.
void HostProcess::heed(v1::HostHello hello)
{
    m_level = hello.isolation();
    if (hello.unfit_reason().empty())
        hello.set_unfit_reason(m_around.floor.objection(m_level, m_around.accept_no_isolation));
    if (hello.unfit_reason().empty()) {
        if (m_around.floor.reached(m_level))
            m_around.floor_raised();
        tellFall(hello.isolation_advice());
        m_backoff.reset();
    }
    m_retestable = !hello.unfit_reason().empty() && hello.instances().empty();
    if (m_retestable)
        after(m_backoff.next_ms(), [this] { tryAgain(); });
    v1::Observation observation;
    *observation.mutable_host_hello() = std::move(hello);
    observe(observation);
}

// A new start may come with less than the last one had, but never without a word.
void HostProcess::tellFall(const std::string &advice)
{
    const std::string before = m_around.floor.fallenFrom();
    if (before.empty())
        return;
    v1::Observation observation;
    *observation.mutable_happening() = makeHappening(
        v1::ERROR, "IsolationLower",
        "Instances run " + m_level + " since this start; before, this fabric ran them " + before,
        advice, "mend the cause and start the fabric again to get the level back");
    observe(observation);
}

// A new process tests anew. The controller goes on seeing the host as it was until that has spoken.
void HostProcess::floorRaised()
{
    if (m_state == State::Running && !m_stopping && !m_level.empty() &&
        !m_around.floor.objection(m_level, m_around.accept_no_isolation).empty())
        sayHelloAgain();
}

void HostProcess::tryAgain()
{
    m_retesting = true;
    m_process->signal(SIGTERM);
    after(kStopMargin_ms, [this] { m_process->signal(SIGKILL); });
}

void HostProcess::wordChanged()
{
    if (m_state != State::Running || m_stopping)
        return;
    if (m_retestable && !m_retesting)
        return tryAgain();
    if (m_level == isolationName(IsolationLevel::None))
        sayHelloAgain();
}

void HostProcess::said(const v1::HostMessage &message)
{
    m_silence.heard();
    v1::Observation observation;
    switch (message.body_case()) {
    case v1::HostMessage::kStatus:
        *observation.mutable_instance_status() = message.status();
        return observe(observation);
    case v1::HostMessage::kHappening:
        *observation.mutable_happening() = message.happening();
        return observe(observation);
    case v1::HostMessage::kMetrics:
        if (m_around.observer.sampled)
            m_around.observer.sampled(message.metrics());
        return;
    default:
        return;
    }
}

void HostProcess::observe(v1::Observation &observation)
{
    observation.set_host_id(m_spec.id);
    if (m_around.observer.observed)
        m_around.observer.observed(observation);
}

// Usually the process's end follows at once, and tells the better cause.
void HostProcess::disconnected(const std::string &cause)
{
    dropChannel();
    if (m_state != State::Running || m_stopping || m_retesting)
        return;
    expect(kLinklessMax_ms, "it closed its connection (" + cause + ")");
}

void HostProcess::dropChannel()
{
    m_orders.end();
    if (m_channel)
        m_channel->close();
    m_channel = nullptr;
}

void HostProcess::sayHelloAgain()
{
    if (!m_channel || m_stopping)
        return; // it says hello anyway when it comes
    dropChannel();
    awaitReturn();
}

void HostProcess::tick(std::int64_t passed_ms)
{
    const bool is_awaited =
        m_state == State::Awaited || m_state == State::Starting || m_state == State::Running;
    if (!is_awaited || m_stopping || m_retesting || !m_process || m_silence_limit_ms == 0)
        return;
    m_silence.look(m_process->pid(), passed_ms);
    if (!m_death_cause.empty() || !m_silence.isLongerThan(m_silence_limit_ms))
        return;
    m_death_cause = m_silence_cause;
    m_process->signal(SIGKILL);
}

void HostProcess::setOrders(const v1::HostOrders &orders)
{
    m_orders.setOrders(orders);
}

void HostProcess::processEnded(const std::string &cause)
{
    m_timer.cancel();
    dropChannel();
    m_died_ms = m_around.clock.steadyMs();
    const std::string known = m_death_cause.empty() ? cause : m_death_cause;
    if (!m_stopping && !m_retesting)
        tellLost(known, false); // at once: nothing may be placed on it any more
    bury(known);
}

void HostProcess::tellLost(const std::string &cause, bool instances_gone)
{
    v1::Observation observation;
    v1::HostLost &lost = *observation.mutable_host_lost();
    lost.set_host_id(m_spec.id);
    lost.set_cause(cause);
    lost.set_instances_gone(instances_gone);
    observe(observation);
}

// Nothing may be placed elsewhere before this has succeeded: two of one instance must never run.
void HostProcess::bury(const std::string &cause)
{
    m_state = State::Burying;
    const LocalEngineOptions &options = m_around.options;
    for (const int pid : sys::processesWithVariable(sys::ownerMark(options.fabric_id, m_spec.id)))
        sys::endProcess(pid, false);
    sys::endRecordedUsers(folder());
    const auto ids = m_around.tool.list(sys::sandboxPrefix(options.fabric_id, m_spec.id));
    m_around.tool.remove(ids, [this, alive = m_alive, cause](const Result<void> &gone) {
        if (*alive)
            buried(gone, cause);
    });
}

void HostProcess::buried(const Result<void> &gone, const std::string &cause)
{
    m_process = nullptr;
    if (const auto cgroup = sys::fabricCgroup(m_around.options.fabric_id))
        sys::removeCgroup(*cgroup + "/" + m_spec.id);
    if (!gone)
        spdlog::error("{}: {}", m_spec.id, gone.error().message());
    if (m_stopping)
        return rest();
    if (!gone)
        return after(kBurialRetry_ms, [this, cause] { bury(cause); });
    if (m_retesting)
        return rest();
    // Others may die in the same mishap; who does is told before anybody is placed anew.
    const std::int64_t lies_ms = m_around.clock.steadyMs() - m_died_ms;
    after(std::max<std::int64_t>(0, kTogether_ms - lies_ms), [this, cause] {
        tellLost(cause, true);
        rest();
    });
}

void HostProcess::rest()
{
    if (m_stopping) {
        std::error_code ignored;
        fs::remove_all(folder(), ignored);
        m_state = State::Over;
        return m_around.ended();
    }
    m_death_cause.clear();
    if (m_retesting)
        return startProcess();
    m_state = State::Resting;
    rejoinTimeChanged();
}

void HostProcess::rejoinTimeChanged()
{
    if (m_state == State::Resting)
        after(m_around.rejoin_ms, [this] { startProcess(); });
}

void HostProcess::stop(std::uint32_t grace_ms)
{
    m_stopping = true;
    if (m_state == State::Burying)
        return; // its end leads to rest()
    m_timer.cancel();
    if (m_channel) {
        v1::HostCommand command;
        command.mutable_stop()->set_grace_ms(grace_ms);
        m_orders.end();
        m_channel->tell(command);
    } else if (m_process) {
        m_process->signal(SIGTERM);
    } else {
        asio::post(m_around.io, [this, alive = m_alive] {
            if (*alive)
                rest();
        });
        return;
    }
    after(grace_ms + kStopMargin_ms, [this] {
        if (m_process)
            m_process->signal(SIGKILL);
    });
}

void HostProcess::detach()
{
    *m_alive = false;
    m_timer.cancel();
    m_process = nullptr;
    dropChannel();
}

} // namespace slipway::engine
