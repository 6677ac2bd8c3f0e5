// The two locks that keep other fabrics off: somebody may remove their files.
#include "backend/fabric/fabric_shell.h"

#include "backend/proto/happening.h"

#include <spdlog/spdlog.h>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

// Takes a lock whose file went again. DATA_FOLDER_IN_USE when another fabric was faster.
Result<void> holdOn(sys::FileLock &lock, const fs::path &file)
{
    if (lock.holds(file))
        return {};
    auto again = sys::FileLock::take(file);
    if (!again)
        return Failure(again.error());
    lock = std::move(*again);
    spdlog::warn("{} was removed by somebody; it was made and locked anew.", file.string());
    return {};
}

v1::Error ousted(const fs::path &file, const v1::Error &why)
{
    return makeError(v1::Error::FAILED_PRECONDITION, "FABRIC_OUSTED",
                     "Somebody removed " + file.string() + ", and another fabric (pid " +
                         why.subject() +
                         ") has taken it: here nothing is taken or decided any more. Stop one of "
                         "the two.",
                     file.string());
}

} // namespace

void FabricShell::followLocks()
{
    const fs::path data = m_options.paths.lockFile();
    const fs::path runtime = m_options.paths.runtime / kRuntimeLock;
    const bool swept = !m_opened.runtime_lock->holds(runtime);
    const auto data_held = holdOn(*m_opened.data_lock, data);
    // Its folder is left as it is while it is there: hosts may have opened it for walking through.
    auto runtime_held = swept ? sys::makePrivateFolder(m_options.paths.runtime) : Result<void>();
    if (runtime_held)
        runtime_held = holdOn(*m_opened.runtime_lock, runtime);
    std::optional<v1::Error> bar;
    if (!data_held && data_held.error().reason() == "DATA_FOLDER_IN_USE")
        bar = ousted(data, data_held.error());
    else if (!runtime_held && runtime_held.error().reason() == "DATA_FOLDER_IN_USE")
        bar = ousted(runtime, runtime_held.error());
    m_machine.bar(bar);
    if (swept && runtime_held)
        tellSwept();
    tellRuntimeProblem(bar || runtime_held ? "" : runtime_held.error().message());
}

// Listeners make their sockets anew by themselves, hosts and edge are started again.
void FabricShell::tellSwept()
{
    tell(makeHappening(v1::WARNING, "RuntimeFolderSwept",
                       "The runtime folder " + m_options.paths.runtime.string() +
                           " was emptied by somebody",
                       "a logout, or a cleaner of temporary folders, removed its sockets",
                       "sockets are made anew; hosts and edge are started again"));
}

// Once for each problem; empty: there is none.
void FabricShell::tellRuntimeProblem(const std::string &problem)
{
    if (std::exchange(m_runtime_problem, problem) == problem || problem.empty())
        return;
    spdlog::error("{}", problem);
    tell(makeHappening(v1::ERROR, "RuntimeFolderGone",
                       "The runtime folder " + m_options.paths.runtime.string() +
                           " is gone and cannot be made anew",
                       problem,
                       "nobody can reach the fabric by its socket until it can; it is tried every "
                       "second"));
}

} // namespace slipway::fabric
