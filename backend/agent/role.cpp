#include "backend/agent/role.h"

#include "backend/agent/identities.h"
#include "backend/agent/processes.h"
#include "backend/proto/plain_name.h"

#include <algorithm>
#include <csignal>

namespace slipway::agent
{

namespace fs = std::filesystem;
using State = v1::RoleInstance;

namespace
{

constexpr int kEndCheck_ms = 5;
constexpr int kOrphanCheck_ms = 50;
constexpr std::int64_t kRetryLeast_ms = 1'000;
constexpr std::uint32_t kWebServerHeadStart_ms = 1000; // requests under way need their program

std::set<std::uint32_t> boundPorts(const PortChoice &ports)
{
    std::set<std::uint32_t> bound{ports.web_program, ports.web_joint};
    for (const auto &[name, port] : ports.endpoints)
        bound.insert(port);
    return bound;
}

} // namespace

Role::Role(const AgentContext &context, const v1::InstanceOrder &order)
    : m_context(context), m_order(order),
      m_ports(choosePorts(order.role(), context.options.isolated,
                          [&context] { return context.ports.take(); })),
      m_environment(order, context.options, m_ports.endpoints),
      m_finder(programBases(order.role(), context.options.role_folder),
               m_environment.scratchFolder() / "bin"),
      m_task_policy(newPolicy()),
      m_peers(context.io, context.options.mesh_folder, m_environment.topologyFile(),
              boundPorts(m_ports), context.options.isolated ? nullptr : &context.ports),
      m_retry(context.io), m_stop_timer(context.io), m_kill_timer(context.io)
{
}

Role::~Role() = default;

RestartPolicy Role::newPolicy() const
{
    return {m_order.crash_limit(), m_order.crash_window_ms()};
}

Result<void> Role::prepareDisk() const
{
    std::error_code error;
    shareWithPrograms(m_context.options.local_folder, m_context.options);
    fs::create_directories(m_environment.scratchFolder(), error);
    fs::create_directories(m_context.options.local_folder / "tmp", error);
    fs::permissions(m_context.options.local_folder / "tmp", fs::perms(01777), error);
    for (const v1::LocalStorage &storage : m_order.role().local_storage()) {
        if (!isPlainName(storage.name()))
            return failure(v1::Error::INVALID_ARGUMENT, "LOCAL_STORAGE_NAME",
                           "The local storage name \"" + storage.name() +
                               "\" cannot be a folder's name. Change it in the definition.");
        const fs::path folder = m_environment.storageFolder(storage.name());
        if (storage.clean_on_role_recycle())
            fs::remove_all(folder, error);
        fs::create_directories(folder, error);
        if (error)
            return failure(v1::Error::INTERNAL, "LOCAL_STORAGE_FAILED",
                           "Cannot make the local storage " + folder.string() + ": " +
                               error.message() + ".");
        giveToProgram(folder, m_context.options);
    }
    return {};
}

void Role::start()
{
    m_context.reporter.setState(State::CreatingRole, "The role's disk and endpoints are prepared");
    if (const Result<void> prepared = prepareDisk(); !prepared)
        return refuseForNow(prepared.error(), &Role::start);
    update(m_order);
    runTasks();
}

void Role::update(const v1::InstanceOrder &order)
{
    if (m_stopping)
        return;
    const Result<void> applied = m_peers.apply(order);
    if (!applied && applied.error().reason() == "PEERS_TOO_MANY")
        m_context.reporter.warn("PeersUnreachable", applied.error().message(),
                                "Reboot the instance to reach them.");
    else if (!applied)
        m_context.reporter.say(applied.error().message());
}

void Role::runTasks()
{
    const int count = m_order.role().startup_tasks_size();
    m_context.reporter.setState(
        State::StartingRole,
        count == 0 ? "" : "Running " + std::to_string(count) + " startup task(s)");
    if (!m_tasks)
        m_tasks = std::make_unique<StartupTasks>(
            m_context, m_order.role(), m_finder, m_environment,
            StartupTasks::Callbacks{[this] { startPrograms(); },
                                    [this](const std::string &reason) { taskFailed(reason); }});
    m_tasks->run();
}

void Role::taskFailed(const std::string &reason)
{
    const RestartDecision decision = m_task_policy.ended(m_context.clock.steadyMs(), 0);
    const std::string words = describeDecision(reason, decision, m_task_policy.windowMs());
    const std::int64_t next_ms = m_context.clock.wallMs() + decision.delay_ms;
    m_context.reporter.update([&](v1::InstanceStatus &status) {
        status.set_next_start_time_ms(decision.delay_ms ? next_ms : 0);
    });
    m_context.reporter.setState(decision.cycling ? State::FailedStartingRole
                                                 : State::RestartingRole,
                                words, "StartupTaskFailed");
    m_context.reporter.happened(v1::ERROR, "StartupTaskFailed", reason + ".", {},
                                "The role does not start before it succeeds.");
    m_retry.expires_after(std::chrono::milliseconds(std::max<std::int64_t>(decision.delay_ms, 1)));
    m_retry.async_wait([this](std::error_code error) {
        if (!error && !m_stopping)
            runTasks();
    });
}

void Role::refuse(const std::string &code, const std::string &problem)
{
    m_context.reporter.setState(State::FailedStartingRole, problem, code);
    m_context.reporter.happened(v1::ERROR, "FailedStartingRole", problem, {},
                                "The instance waits for another deployment.");
}

void Role::refuseForNow(const v1::Error &error, void (Role::*again)())
{
    const RestartDecision decision = m_task_policy.ended(m_context.clock.steadyMs(), 0);
    const auto delay_ms = std::max(decision.delay_ms, kRetryLeast_ms);
    m_context.reporter.update([&](v1::InstanceStatus &status) {
        status.set_next_start_time_ms(m_context.clock.wallMs() + delay_ms);
    });
    m_context.reporter.setState(State::FailedStartingRole,
                                error.message() + " It is tried again in " +
                                    describeDuration(delay_ms) + ".",
                                error.reason());
    m_retry.expires_after(std::chrono::milliseconds(delay_ms));
    m_retry.async_wait([this, again](std::error_code cancelled) {
        if (!cancelled && !m_stopping)
            (this->*again)();
    });
}

void Role::startPrograms()
{
    if (m_stopping)
        return;
    const RolePlan plan =
        RolePlanner(m_order, m_context.options, m_ports, m_environment, m_finder).plan();
    for (const std::string &warning : plan.warnings)
        m_context.reporter.warn("RoleWarning", warning, "The role starts all the same.");
    if (!plan.problem.empty())
        return refuse(plan.problem_code, plan.problem);
    m_web_server_up = !plan.web_server;
    m_program_up = !plan.program;
    m_context.reporter.setState(State::BusyRole, "The role's programs are starting");
    if (plan.web_server && !startWebServer(plan))
        return;
    if (plan.program && !m_program)
        startProgram(plan);
}

// Between nginx and the program.
Result<void> Role::joinProgram(const RolePlan &plan)
{
    m_program_joint.reset();
    if (plan.web_port == 0)
        return {};
    m_program_joint =
        std::make_unique<Joint>(m_context.io, tcpEndpoint("127.0.0.1", m_ports.web_joint),
                                tcpEndpoint("127.0.0.1", plan.web_port), Joint::Answers::FinalOnly);
    return m_program_joint->listen();
}

bool Role::startWebServer(const RolePlan &plan)
{
    if (const auto joined = joinProgram(plan); !joined) {
        refuseForNow(joined.error(), &Role::startPrograms);
        return false;
    }
    const bool alone = !plan.program;
    WebServer::Callbacks callbacks;
    callbacks.accepts = [this, alone] {
        m_web_server_up = true;
        if (alone)
            programStarted(m_web_server->pid());
        becomeReadyIfAllUp();
    };
    callbacks.refused = [this](const v1::Error &error) {
        refuseForNow(error, &Role::startPrograms);
    };
    callbacks.ended = [this](const ProgramEnd &end) {
        m_web_server_up = false;
        ended("The web server", end);
    };
    callbacks.stands = [this](bool stands) { stood("The web server", stands); };
    m_web_server = std::make_unique<WebServer>(m_context, *plan.web_server, plan.by_nginx,
                                               m_environment.base(), newPolicy(), callbacks);
    const Result<void> started = m_web_server->start();
    if (!started)
        refuseForNow(started.error(), &Role::startPrograms);
    return started.has_value();
}

void Role::startProgram(const RolePlan &plan)
{
    const Result<sys::SpawnRequest> request =
        requestFor(*plan.program, m_environment.forProgram(plan.web_port),
                   identityFor(m_order.role().elevated(), m_context.options));
    if (!request)
        return refuseForNow(request.error(), &Role::startPrograms);
    RoleProgram::Settings settings;
    settings.request = *request;
    settings.title = fs::path(request->arguments.back()).filename().string();
    settings.ready_port = plan.web_port;
    for (const JoinedEndpoint &endpoint : plan.joined)
        settings.endpoints.push_back({endpoint.name, endpoint.port});
    const v1::Endpoint *first = m_environment.firstEndpoint();
    if (plan.web_port == 0 && first) {
        settings.ready_port = m_ports.endpoints.at(first->name());
        // Internal ports are often declared and never used; users are never sent to them.
        settings.ready_when_slow = first->kind() == v1::Endpoint::INTERNAL;
    }
    RoleProgram::Callbacks callbacks;
    callbacks.started = [this](int pid) { programStarted(pid); };
    callbacks.up = [this] {
        m_program_up = true;
        m_context.reporter.retractWarning(slowWarning());
        becomeReadyIfAllUp();
    };
    callbacks.slow = [this] { programSlow(); };
    callbacks.lost = [this] { portLost(); };
    callbacks.ended = [this](const ProgramEnd &end) {
        m_program_up = false;
        ended(m_program->settings().title, end);
    };
    callbacks.stands = [this](bool stands) { stood(m_program->settings().title, stands); };
    m_program = std::make_unique<RoleProgram>(m_context, settings, newPolicy(), callbacks);
    m_program->start();
}

void Role::programStarted(int pid)
{
    m_context.reporter.update([&](v1::InstanceStatus &status) {
        status.set_program_pid(pid);
        status.set_program_start_time_ms(m_context.clock.wallMs());
    });
    if (m_program && m_program->settings().ready_port != 0)
        m_context.reporter.setState(State::BusyRole,
                                    m_program->settings().title + " is starting; port " +
                                        std::to_string(m_program->settings().ready_port) +
                                        " does not accept connections yet");
}

std::string Role::slowWarning() const
{
    return m_program->settings().title + " does not accept connections on port " +
           std::to_string(m_program->settings().ready_port) + " after " +
           describeDuration(PortCheck::kPatience_ms) +
           ". It must listen on the port in its environment variable PORT.";
}

void Role::programSlow()
{
    const bool goes_on = m_program->settings().ready_when_slow;
    m_context.reporter.warn("ProgramSlow", slowWarning(),
                            goes_on ? "The instance becomes Ready all the same."
                                    : "The instance stays out of rotation until it does.");
    if (!goes_on)
        m_context.reporter.setState(State::BusyRole, slowWarning(), "ProgramSlow");
}

void Role::portLost()
{
    m_program_up = false;
    if (m_stopping)
        return;
    if (m_web_server)
        m_web_server->setOpen(false);
    m_context.reporter.setState(State::BusyRole,
                                "Port " + std::to_string(m_program->settings().ready_port) +
                                    " of " + m_program->settings().title +
                                    " is held by a program that is not of this instance",
                                "PortTaken");
}

void Role::ended(const std::string &what, const ProgramEnd &end)
{
    if (m_stopping)
        return;
    if (m_web_server)
        m_web_server->setOpen(false);
    const std::int64_t next_ms = m_context.clock.wallMs() + end.delay_ms;
    m_context.reporter.update([&](v1::InstanceStatus &status) {
        status.set_state(end.cycling ? State::CyclingRole : State::RestartingRole);
        status.set_reason(what + " " + end.decision);
        status.set_state_time_ms(m_context.clock.wallMs());
        status.set_error_code("ProgramEnded");
        status.set_exit_code(end.exit_code);
        status.set_program_pid(0);
        status.set_restarts(status.restarts() + 1);
        status.set_next_start_time_ms(end.delay_ms ? next_ms : 0);
    });
    const std::string reaction =
        end.delay_ms == 0 ? "It was started again at once."
                          : "It is started again in " + describeDuration(end.delay_ms) + ".";
    m_context.reporter.happened(end.cycling ? v1::ERROR : v1::WARNING, "ProgramEnded",
                                what + " of " + m_context.reporter.instance() + " " + end.words +
                                    ".",
                                end.decision, reaction);
}

// Its callers are held by it: nobody new comes while it stands.
void Role::stood(const std::string &what, bool stands)
{
    if (m_stopping)
        return;
    if (!stands)
        return becomeReadyIfAllUp();
    const std::string reason = what + " was stopped by a signal (SIGSTOP)";
    m_context.reporter.setState(State::UnresponsiveRole, reason, "ProgramStopped");
    m_context.reporter.happened(v1::WARNING, "ProgramStopped", reason + ".", {},
                                "It gets no requests. If it stands for 10 s it is ended and "
                                "started again.");
}

void Role::becomeReadyIfAllUp()
{
    if (m_stopping || !m_web_server_up || !m_program_up)
        return;
    if (m_web_server)
        m_web_server->setOpen(true);
    if (m_program && m_program->pid() != 0)
        m_context.reporter.update(
            [this](v1::InstanceStatus &status) { status.set_program_pid(m_program->pid()); });
    m_context.reporter.setState(State::ReadyRole);
}

void Role::stop(std::uint32_t grace_ms, Stopped done)
{
    if (std::exchange(m_stopping, true))
        return killAfter(grace_ms);
    m_done = std::move(done);
    m_retry.cancel();
    m_context.reporter.setState(State::StoppingRole,
                                "Programs have " + describeDuration(grace_ms) + " to end");
    if (m_web_server) {
        m_web_server->setOpen(false);
        m_web_server->stop(SIGQUIT); // finishes the requests under way
    }
    if (m_tasks)
        m_tasks->stop();
    m_stop_timer.expires_after(std::chrono::milliseconds(
        m_web_server ? std::min(kWebServerHeadStart_ms, grace_ms / 2) : 0));
    m_stop_timer.async_wait([this](std::error_code error) {
        if (!error)
            stopProgram();
    });
    killAfter(grace_ms);
    waitForEnd();
}

// Asked again, only a shorter grace counts.
void Role::killAfter(std::uint32_t grace_ms)
{
    const auto limit = asio::steady_timer::clock_type::now() + std::chrono::milliseconds(grace_ms);
    if (std::exchange(m_limited, true) && limit >= m_kill_timer.expiry())
        return;
    m_kill_timer.expires_at(limit);
    m_kill_timer.async_wait([this](std::error_code error) {
        if (error)
            return;
        m_killed = true;
        m_context.children.killAll();
    });
}

// Every process of the role is asked, whoever started it: a shell that started the program, what a
// startup task left running. Each has its time.
void Role::stopProgram()
{
    if (m_program) {
        m_program->standDown();
        m_program->closeEndpoints();
    }
    m_context.children.signalAllBut(m_web_server ? m_web_server->pid() : 0, SIGTERM);
}

// The web server leaves first, so its end lets the program go before the head start is over.
void Role::waitForEnd()
{
    if (m_web_server && m_web_server->pid() == 0 && m_program && m_program->pid() != 0 &&
        m_stop_timer.cancel() > 0)
        stopProgram();
    if (m_context.children.nobodyLeft()) {
        m_kill_timer.cancel();
        m_stop_timer.cancel();
        return m_done(m_killed);
    }
    const int pause_ms = m_context.children.empty() ? kOrphanCheck_ms : kEndCheck_ms;
    auto timer =
        std::make_shared<asio::steady_timer>(m_context.io, std::chrono::milliseconds(pause_ms));
    timer->async_wait([this, timer](std::error_code error) {
        if (!error)
            waitForEnd();
    });
}

} // namespace slipway::agent
