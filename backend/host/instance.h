// One instance on this host: brings what runs into line with its latest order, heals it, and tells
// the controller. A small state machine; everything happens on the host's one thread.
#pragma once

#include "backend/host/agent_link.h"
#include "backend/host/endpoint_sockets.h"
#include "backend/host/instance_disk.h"
#include "backend/host/order_book.h"
#include "backend/host/outside_access.h"
#include "backend/host/report_gate.h"
#include "backend/host/restart_backoff.h"
#include "backend/host/sandbox.h"
#include "backend/sys/clock.h"
#include "backend/sys/file_identity.h"
#include "backend/sys/liveness.h"
#include "backend/sys/log_file.h"

#include <asio.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace slipway::host
{

// What all instances of a host share; outlives them.
struct HostContext {
    asio::io_context &io;
    const HostOptions &options;
    const Isolation &isolation;
    const sys::Clock &clock;
    sys::SandboxTool &tool;
    DiskWatch &disks;
    std::function<void(const v1::HostMessage &)> send; // to the controller
    std::function<void(const v1::MetricSample &)> sample;
    std::function<void()> settled; // an instance is idle or gone now
};

class Instance
{
public:
    Instance(HostContext &context, v1::InstanceOrder order, Common common);
    ~Instance();

    void setOrder(const v1::InstanceOrder &order, const Common &common);
    void remove(const v1::InstanceOrder &order); // it was deleted, or moved away: its disk goes
    void leave(); // no order lists it, and none says that it was deleted: its disk stays
    void end(std::uint32_t grace_ms);  // the host ends: stop for good, keep the disk
    void tick(std::int64_t passed_ms); // about once a second; the host's own running time

    bool idle() const { return m_phase == Phase::Idle || m_phase == Phase::Gone; }
    bool gone() const { return m_phase == Phase::Gone; }
    const v1::InstanceStatus &status() const { return m_status; }

private:
    enum class Phase { Idle, Launching, Running, Stopping, Waiting, Gone };

    // Decisions
    void step();
    bool mustStop() const;
    std::uint32_t stopGrace_ms() const;
    void hastenStop();
    void launch();
    void beginStop();
    void beginRemoval();

    // What happened
    void sandboxStarted(int first_pid);
    void sandboxEnding();
    void sandboxEnded(const std::string &cause);
    void endedByItself(const std::string &cause);
    void linkUp();
    void linkClosed();
    void agentSaid(v1::AgentMessage &message, std::size_t bytes);
    void printed(const std::string &line);
    void weigh(std::size_t bytes);
    void readOnLater();
    void tellDropped();
    void agentGreeted(const v1::AgentHello &hello);
    void agentReported(const v1::InstanceStatus &report);
    void take(v1::InstanceStatus status);
    void agentTold(const v1::Happening &happening);
    void agentMeasured(const v1::MetricSample &sample);
    void endpointChanged(const v1::EndpointState &state);
    void addTarget(const v1::Endpoint &endpoint);
    void agentLogged(const v1::AgentLog &log);
    bool noticeOutOfMemory();
    bool socketsAreGone();
    void diskCounted(const sys::TreeUsage &usage);
    void lookAtDisk();
    Result<void> prepareDisk();
    Result<void> checkDisk();
    void giveUpOnAgent(v1::RoleInstance::State state, const std::string &cause);

    // Means
    Result<void> prepareFolders();
    std::unique_ptr<Sandbox> makeSandbox(SandboxSpec spec);
    SandboxSpec sandboxSpec() const;
    Result<void> makeChannel(SandboxSpec &spec);
    void followOutside();
    void openOutside();
    void outsideLost(const std::string &cause);
    void sendOrder();
    void logLine(const std::string &text);
    std::int32_t translatedPid(std::int32_t inner_pid);
    std::filesystem::path ownFolder() const;
    std::filesystem::path meshFolder() const;
    std::uint32_t uidBase() const;

    void setState(v1::RoleInstance::State state, const std::string &reason);
    void report();
    void tell(v1::Severity severity, const std::string &kind, const std::string &message,
              const std::string &cause, const std::string &reaction);

    HostContext &m_context;
    v1::InstanceOrder m_wanted;
    Common m_common;             // of its deployment
    v1::InstanceOrder m_running; // the order that the sandbox was made for
    v1::InstanceStatus m_status;
    Phase m_phase = Phase::Idle;
    enum class Removal { None, KeepDisk, WithDisk };
    Removal m_removal = Removal::None;
    bool m_ending = false;
    std::uint32_t m_end_grace_ms = 0;

    InstanceDisk m_disk;
    std::shared_ptr<DiskWatch::Entry> m_disk_count;
    bool m_disk_full = false;
    bool m_disk_too_deep = false;               // and not too full
    std::optional<std::int64_t> m_disk_told_ms; // when the kernel's refusals were last told
    std::unique_ptr<sys::LogFileWriter> m_log;
    std::unique_ptr<Sandbox> m_sandbox;
    std::unique_ptr<OutsideAccess> m_outside;
    bool m_outside_told = false; // of its failure, once a sandbox
    std::string m_cgroup;
    std::filesystem::path m_content; // as the sandbox's user can reach it
    std::string m_end_cause;         // known before the sandbox ends, e.g. a silent agent
    int m_first_pid = 0;
    std::int32_t m_inner_program_pid = 0;
    std::uint64_t m_out_of_memory_kills = 0;
    bool m_was_out_of_memory = false;

    bool isLinked() const { return m_link && m_greeted && m_first_pid != 0; }

    std::shared_ptr<AgentLink> m_link;
    bool m_greeted = false; // its agent has said hello
    std::string m_unbound;  // the endpoint whose socket could not be made, told once
    ReportGate m_gate;
    std::optional<v1::InstanceStatus> m_late_status; // too early for the gate: the latest of them
    EndpointSockets m_sockets;
    std::optional<sys::FileIdentity> m_mesh; // the folder that its sandbox sees
    int m_mesh_missed = 0;                   // how often in a row it, or a socket, was gone
    asio::steady_timer m_read_on;
    std::string m_sent_order;   // what the agent was told, but for ...
    Common m_sent_common;       // ... what its deployment has in common
    bool m_order_waits = false; // until the agent has read what was sent before
    sys::Silence m_silence;     // of its agent, or of what starts it

    RestartBackoff m_backoff;
    std::uint32_t m_restarts = 0; // of earlier sandboxes and their programs
    std::uint32_t m_agent_restarts = 0;
    asio::steady_timer m_timer; // of the phase: grace, or waiting
};

} // namespace slipway::host
