#include "backend/agent/startup_tasks.h"

#include "backend/agent/identities.h"
#include "backend/sys/program_copy.h"

namespace slipway::agent
{

namespace fs = std::filesystem;

Result<sys::SpawnRequest> requestFor(const Launch &launch, const Environment &environment,
                                     const std::optional<sys::Identity> &identity)
{
    sys::SpawnRequest request;
    request.arguments = launch.arguments;
    request.environment = environment;
    request.working_folder = launch.working_folder;
    request.identity = identity;
    if (launch.copy_to.empty())
        return request;
    std::error_code error;
    fs::create_directories(launch.copy_to.parent_path(), error);
    if (const auto copied = sys::copyProgram(launch.copy_from, launch.copy_to); !copied)
        return Failure(copied.error());
    return request;
}

StartupTasks::StartupTasks(const AgentContext &context, const v1::RoleDefinition &role,
                           const ProgramFinder &finder, const RoleEnvironment &environment,
                           Callbacks callbacks)
    : m_context(context), m_tasks(role.startup_tasks()), m_finder(finder),
      m_environment(environment), m_callbacks(std::move(callbacks)),
      m_alive(std::make_shared<bool>(true))
{
}

StartupTasks::~StartupTasks()
{
    *m_alive = false;
}

void StartupTasks::run()
{
    if (m_next == m_tasks.size())
        return m_callbacks.done();
    runTask(m_tasks[m_next]);
}

void StartupTasks::next()
{
    ++m_next;
    run();
}

void StartupTasks::runTask(const v1::StartupTask &task)
{
    const Environment environment = m_environment.with(task.environment());
    const Launch launch = m_finder.find(task.command_line(), environment);
    if (launch.kind == Launch::Kind::Runnable)
        return startTask(task, launch, environment);
    if (launch.kind == Launch::Kind::Missing)
        return m_callbacks.failed("The startup task \"" + task.command_line() +
                                  "\" cannot run: " + launch.reason);
    skip(task, launch);
}

void StartupTasks::skip(const v1::StartupTask &task, const Launch &launch)
{
    m_context.reporter.warn("StartupTaskSkipped",
                            "The startup task \"" + task.command_line() +
                                "\" was skipped: " + launch.reason,
                            "The role starts without it.");
    next();
}

void StartupTasks::startTask(const v1::StartupTask &task, const Launch &launch,
                             const Environment &environment)
{
    const Result<sys::SpawnRequest> request =
        requestFor(launch, environment, identityFor(task.elevated(), m_context.options));
    if (!request)
        return m_callbacks.failed(request.error().message());
    m_context.reporter.say("Startup task: " + task.command_line());
    const auto words = std::make_shared<LastWords>();
    const Result<int> started = startCaptured(
        m_context, *request,
        [this, alive = m_alive, task, words](int wait_status) {
            if (*alive)
                ended(task, wait_status, saying(*words, wait_status));
        },
        words);
    if (!started)
        return m_callbacks.failed(started.error().message());
    if (task.type() != v1::StartupTask::SIMPLE)
        next();
}

void StartupTasks::ended(const v1::StartupTask &task, int wait_status, const std::string &saying)
{
    const std::string words = "The startup task \"" + task.command_line() + "\" " +
                              sys::describeExit(wait_status) + saying;
    if (wait_status != 0 && task.type() == v1::StartupTask::SIMPLE)
        return m_callbacks.failed(words);
    m_context.reporter.say(words + ".");
    if (task.type() == v1::StartupTask::SIMPLE)
        next();
}

void StartupTasks::stop()
{
    m_next = m_tasks.size() - 1; // no further task
    m_callbacks = {[] {}, [](const std::string &) {}};
}

} // namespace slipway::agent
