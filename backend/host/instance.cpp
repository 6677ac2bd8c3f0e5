#include "backend/host/instance.h"

#include "backend/sys/cgroup.h"
#include "backend/sys/text.h"

namespace slipway::host
{

using v1::RoleInstance;

namespace
{

constexpr std::int64_t kSilentMax_ms = 10'000;
constexpr std::int64_t kFirstReportMax_ms = 20'000;
// An agent needs a moment to end after it has killed what outlived the grace.
constexpr std::uint32_t kStopMargin_ms = 2'000;
constexpr std::chrono::milliseconds kLinklessMax{1'000};
constexpr std::int64_t kFailedStartDelayMin_ms = 1'000;

std::string seconds(std::int64_t delay_ms)
{
    return std::to_string((delay_ms + 999) / 1000) + " s";
}

std::string endsInWords(std::uint32_t ends)
{
    return ends > 1 ? ", its end number " + std::to_string(ends) + " of late" : std::string();
}

} // namespace

Instance::Instance(HostContext &context, v1::InstanceOrder order, Common common)
    : m_context(context), m_wanted(std::move(order)), m_common(std::move(common)),
      m_disk(context.options.paths, context.options.host_id, m_wanted.deployment_id(),
             m_wanted.name(), sys::ownerMark(context.options.fabric_id, context.options.host_id)),
      m_sockets(ownFolder(), context.options.paths.hostFolder(context.options.host_id) / "hidden"),
      m_read_on(context.io), m_timer(context.io)
{
    m_status.set_deployment_id(m_wanted.deployment_id());
    m_status.set_name(m_wanted.name());
    m_status.set_isolation(isolationName(context.isolation.level));
    m_status.set_present(true);
    step();
}

Instance::~Instance()
{
    if (m_link)
        m_link->close();
}

void Instance::setOrder(const v1::InstanceOrder &order, const Common &common)
{
    m_wanted = order;
    m_common = common;
    m_removal = Removal::None;
    step();
    followOutside();
    if (isLinked() && m_phase == Phase::Running)
        sendOrder();
}

void Instance::remove(const v1::InstanceOrder &order)
{
    m_wanted = order;
    m_removal = Removal::WithDisk;
    step();
}

// A word that was said once holds: it may be gone from the orders before the disk is.
void Instance::leave()
{
    if (m_removal == Removal::None)
        m_removal = Removal::KeepDisk;
    step();
}

void Instance::end(std::uint32_t grace_ms)
{
    m_ending = true;
    m_end_grace_ms = grace_ms;
    step();
}

bool Instance::mustStop() const
{
    return m_removal != Removal::None || m_ending || !m_wanted.run() ||
           m_wanted.generation() != m_running.generation() ||
           m_wanted.disk_generation() != m_running.disk_generation();
}

void Instance::step()
{
    switch (m_phase) {
    case Phase::Waiting:
        if (!mustStop())
            return;
        m_timer.cancel();
        m_phase = Phase::Idle;
        [[fallthrough]];
    case Phase::Idle:
        if (m_removal != Removal::None)
            return beginRemoval();
        if (m_wanted.run() && !m_ending)
            return launch();
        m_status.set_generation(m_wanted.generation());
        setState(RoleInstance::StoppedVM, m_ending ? "Its host has stopped." : "Stopped.");
        return m_context.settled();
    case Phase::Launching:
    case Phase::Running:
        if (mustStop())
            beginStop();
        return;
    case Phase::Stopping:
        return hastenStop();
    case Phase::Gone:
        return;
    }
}

void Instance::launch()
{
    if (m_running.generation() != m_wanted.generation())
        m_backoff.reset();
    if (m_running.disk_generation() != m_wanted.disk_generation())
        m_disk_full = false; // it gets a new one
    m_running = m_wanted;
    m_phase = Phase::Launching;
    m_status.set_generation(m_running.generation());
    m_status.clear_next_start_time_ms();
    m_status.clear_warnings();
    m_status.clear_error_code();
    m_end_cause.clear();
    m_silence = sys::Silence(sys::readProcessTree); // the runtime works through children
    m_out_of_memory_kills = 0;
    m_was_out_of_memory = false;
    setState(RoleInstance::CreatingVM, "Its disk and folders are being made.");
    if (const auto prepared = prepareFolders(); !prepared)
        return endedByItself(prepared.error().message());
    setState(RoleInstance::StartingVM, "Its sandbox starts.");
    SandboxSpec spec = sandboxSpec();
    if (const auto made = makeChannel(spec); !made)
        return endedByItself(made.error().message());
    m_sandbox = makeSandbox(std::move(spec));
    m_sandbox->start({[this](int pid) { sandboxStarted(pid); }, [this] { sandboxEnding(); },
                      [this](const std::string &cause) { sandboxEnded(cause); },
                      [this](const std::string &line) { printed(line); }});
}

void Instance::sandboxStarted(int first_pid)
{
    m_first_pid = first_pid;
    m_status.set_agent_pid(first_pid);
    report();
    m_outside_told = false;
    followOutside();
    linkUp();
}

// Both its first process and its first word are there.
void Instance::linkUp()
{
    if (!isLinked())
        return;
    m_sent_order.clear();
    m_order_waits = false;
    m_link->whenDrained([this] {
        if (m_order_waits && m_phase == Phase::Running)
            sendOrder();
    });
    m_silence = sys::Silence();
    if (m_phase == Phase::Stopping)
        return beginStop();
    m_phase = Phase::Running;
    sendOrder();
}

// The process's end usually follows within a millisecond, and tells the better cause.
void Instance::linkClosed()
{
    m_link = nullptr;
    m_sockets.clear(); // nobody serves them any more
    if (m_phase != Phase::Running)
        return;
    m_timer.expires_after(kLinklessMax);
    m_timer.async_wait([this](std::error_code error) {
        if (!error)
            giveUpOnAgent(RoleInstance::UnresponsiveRole, "its agent closed its connection");
    });
}

void Instance::giveUpOnAgent(RoleInstance::State state, const std::string &cause)
{
    m_end_cause = cause;
    setState(state, "The VM is started again: " + cause + ".");
    if (m_sandbox)
        m_sandbox->kill();
}

std::uint32_t Instance::stopGrace_ms() const
{
    return m_ending ? std::min(m_end_grace_ms, m_wanted.stop_grace_ms()) : m_wanted.stop_grace_ms();
}

// The fabric had time, and now a person, or the fabric's own end, has not.
void Instance::hastenStop()
{
    const std::chrono::milliseconds wanted(stopGrace_ms() + kStopMargin_ms);
    if (asio::steady_timer::clock_type::now() + wanted < m_timer.expiry())
        beginStop();
}

void Instance::beginStop()
{
    const std::uint32_t grace_ms = stopGrace_ms();
    m_phase = Phase::Stopping;
    setState(RoleInstance::StoppingRole, "It has " + seconds(grace_ms) + " to end by itself.");
    if (isLinked()) {
        v1::AgentCommand command;
        command.mutable_stop()->set_grace_ms(grace_ms);
        m_link->send(command);
    } else if (m_first_pid != 0 || !m_sandbox) {
        if (m_sandbox)
            m_sandbox->kill();
        return;
    }
    m_timer.expires_after(std::chrono::milliseconds(grace_ms + kStopMargin_ms));
    m_timer.async_wait([this](std::error_code error) {
        if (!error && m_sandbox)
            m_sandbox->kill();
    });
    if (!isLinked())
        m_sandbox->kill(); // still in the runtime's hands: it ends as soon as it exists
}

void Instance::sandboxEnding()
{
    if (noticeOutOfMemory() && m_end_cause.empty())
        m_end_cause = "it ran out of memory";
}

void Instance::sandboxEnded(const std::string &cause)
{
    m_timer.cancel();
    if (m_link)
        m_link->close();
    m_link = nullptr;
    m_late_status.reset();
    m_read_on.cancel();
    m_sockets.clear();
    m_outside = nullptr;
    m_sandbox = nullptr;
    m_restarts += m_agent_restarts;
    m_agent_restarts = 0;
    m_status.clear_agent_pid();
    m_status.clear_program_pid();
    m_status.clear_targets();
    if (m_phase != Phase::Stopping)
        return endedByItself(m_end_cause.empty() ? cause : m_end_cause);
    m_first_pid = 0;
    m_phase = Phase::Idle;
    step();
}

void Instance::endedByItself(const std::string &cause)
{
    const bool had_started = m_first_pid != 0;
    m_first_pid = 0;
    RestartRule rule;
    if (m_wanted.crash_limit() > 0)
        rule.crash_limit = m_wanted.crash_limit();
    if (m_wanted.crash_window_ms() > 0)
        rule.crash_window_ms = m_wanted.crash_window_ms();
    RestartBackoff::Decision decision = m_backoff.ended(rule, m_context.clock.steadyMs());
    if (!had_started)
        decision.delay_ms = std::max(decision.delay_ms, kFailedStartDelayMin_ms);
    const std::string what = had_started ? "VM ended: " : "VM could not start: ";
    const std::string reaction = decision.delay_ms > 0
                                     ? "next start in " + seconds(decision.delay_ms)
                                     : std::string("started again at once");
    tell(v1::WARNING, "VirtualMachineEnded", m_wanted.name() + ": " + what + cause, cause,
         reaction);
    ++m_restarts;
    m_status.set_restarts(m_restarts);
    m_status.set_next_start_time_ms(m_context.clock.wallMs() + decision.delay_ms);
    m_phase = Phase::Waiting;
    const RoleInstance::State state = !had_started       ? RoleInstance::FailedStartingVM
                                      : decision.cycling ? RoleInstance::CyclingRole
                                                         : RoleInstance::RestartingRole;
    setState(state, what + sys::clause(cause) + endsInWords(decision.ends) + "; " + reaction);
    m_timer.expires_after(std::chrono::milliseconds(decision.delay_ms));
    m_timer.async_wait([this](std::error_code error) {
        if (error || m_phase != Phase::Waiting)
            return;
        m_phase = Phase::Idle;
        step();
    });
    step();
}

void Instance::beginRemoval()
{
    setState(RoleInstance::DeletingVM, "It goes from this host.");
    m_disk_count = nullptr;
    if (m_removal == Removal::WithDisk)
        m_disk.remove();
    else if (m_disk.isLeft())
        tell(v1::WARNING, "DiskLeft",
             m_wanted.name() + " was ended: the fabric's store does not know it",
             "The store may be an older one that was put back",
             "its disk stays at " + m_disk.folder().string());
    std::error_code ignored;
    std::filesystem::remove_all(ownFolder(), ignored);
    std::filesystem::remove(meshFolder(), ignored); // when it was the deployment's last here
    m_log = nullptr;
    m_phase = Phase::Gone;
    m_status.set_present(false);
    setState(RoleInstance::StoppedVM, "Removed.");
    m_context.settled();
}

void Instance::tick(std::int64_t passed_ms)
{
    if (m_log)
        m_log->flush();
    tellDropped();
    if (m_late_status && m_gate.statuses.take(m_context.clock.steadyMs()))
        take(*std::exchange(m_late_status, std::nullopt));
    if (!m_sandbox || m_phase == Phase::Stopping || !m_end_cause.empty())
        return;
    noticeOutOfMemory();
    lookAtDisk();
    followOutside();
    // A starved one is waited for: only time in which it could have spoken counts.
    m_silence.look(m_sandbox->pid(), passed_ms);
    if (m_phase == Phase::Running && isLinked() && m_silence.isLongerThan(kSilentMax_ms))
        giveUpOnAgent(RoleInstance::UnresponsiveRole, "its agent was silent for 10 s");
    else if (m_phase == Phase::Launching && m_silence.isLongerThan(kFirstReportMax_ms))
        giveUpOnAgent(RoleInstance::UnresponsiveRole, "its agent did not report within 20 s");
    else if (m_phase == Phase::Running && socketsAreGone())
        giveUpOnAgent(RoleInstance::UnresponsiveRole,
                      "somebody removed its sockets from the runtime folder");
}

// The sandbox would look into a folder that has no name any more, where neither its peers' nor its
// own sockets can ever appear again. Only what is gone twice in a row counts.
bool Instance::socketsAreGone()
{
    const auto mesh = sys::identityOf(meshFolder());
    const bool gone = !mesh || !m_mesh || !mesh->isSameFile(*m_mesh) || m_sockets.someAreGone();
    m_mesh_missed = gone ? m_mesh_missed + 1 : 0;
    return m_mesh_missed > 1;
}

bool Instance::noticeOutOfMemory()
{
    if (m_context.isolation.level != IsolationLevel::WithLimits || !m_sandbox)
        return false;
    const std::uint64_t kills = sys::cgroupOutOfMemoryKills(m_cgroup);
    if (kills <= m_out_of_memory_kills)
        return false;
    m_out_of_memory_kills = kills;
    m_was_out_of_memory = true;
    const std::uint64_t limit_mb = m_running.size().memory_bytes() / (1024 * 1024);
    const std::string limit = "limit " + std::to_string(limit_mb) + " MB";
    tell(v1::ERROR, "OutOfMemory", m_wanted.name() + " ran out of memory (" + limit + ")",
         "The instance needed more than its size allows; the kernel ended a process of it",
         "What ended is started again");
    return true;
}

} // namespace slipway::host
