#include "backend/host/level_ladder.h"

#include "backend/sys/text.h"

#include <unistd.h>

namespace slipway::host
{

namespace
{

constexpr const char *kAcceptCommand = "slipwayctl settings set accept_no_isolation true";

Attempt attemptSurely(const std::function<Attempt(IsolationLevel)> &attempt, IsolationLevel level)
{
    const Attempt first = attempt(level);
    if (first.held || first.kind == RefusalKind::Passing)
        return first;
    return attempt(level); // a refusal for good says the same again
}

std::string passingReason(IsolationLevel level, const std::string &problem)
{
    return "A test instance (" + isolationName(level) + ") failed: " + sys::clause(problem) +
           ". It is tried again by itself.";
}

std::string floorReason(IsolationLevel floor, const std::string &problem)
{
    return "The fabric started with instances " + isolationName(floor) +
           ", and this machine refuses that now: " + sys::clause(problem) +
           ". Put that right, or end the fabric and start it again to run at a lower level.";
}

std::string wordReason(const std::string &advice)
{
    return "This machine gives no isolation. " + advice +
           " Or say that programs may run with none: they can then read and change all that is "
           "open to every user of this machine, and to a fabric that is not root's all that is "
           "yours (" +
           kAcceptCommand + ").";
}

} // namespace

std::string adviceFor(IsolationLevel refused, const std::string &problem, bool is_root)
{
    switch (refused) {
    case IsolationLevel::WithLimits:
        if (is_root)
            return "Memory and CPU limits failed here: " + sys::clause(problem) + ".";
        return "For memory and CPU limits run the fabric as root, or let systemd delegate the "
               "controllers cpu, memory and pids to your user (cgroup v2; Delegate=yes for "
               "user@.service).";
    case IsolationLevel::WithoutLimits:
        return "Sandboxes failed here: " + sys::clause(problem) +
               ". Install runc and allow user namespaces (sysctl "
               "kernel.unprivileged_userns_clone=1, user.max_user_namespaces); in a container, "
               "allow it to make namespaces, or run the fabric beside it.";
    case IsolationLevel::Confined:
        return "Confinement failed here: " + sys::clause(problem) +
               ". It needs Landlock (Linux 5.13 or newer, with \"landlock\" among the kernel's "
               "lsm=).";
    case IsolationLevel::None:
        break;
    }
    return {};
}

std::string diskAdvice(const std::string &problem)
{
    return "Disks are held to their size by counting once a second, not by the kernel: " +
           sys::clause(problem) + ".";
}

std::string diskReason(const std::string &problem)
{
    return "A test disk failed: " + sys::clause(problem) + ". It is tried again by itself.";
}

std::string landlockAdvice(int version)
{
    std::string open;
    const auto lacks = [&open](const std::string &what) {
        open += (open.empty() ? "" : ", ") + what;
    };
    if (version < 4)
        lacks("connections to and from any port of this machine");
    if (version < 6)
        lacks("signals to other processes of the same user");
    if (open.empty())
        return {};
    return "This kernel's Landlock (version " + std::to_string(version) +
           ") leaves open to instances: " + open + ". Linux 6.12 or newer closes that.";
}

Standing climbDown(const LadderRules &rules, const std::function<Attempt(IsolationLevel)> &attempt)
{
    Standing standing;
    for (const IsolationLevel level : kIsolationLevels) {
        standing.level = level;
        if (level == IsolationLevel::None && !rules.accept_no_isolation) {
            standing.unfit_reason = wordReason(standing.advice);
            return standing;
        }
        const Attempt last = attemptSurely(attempt, level);
        if (last.held)
            return standing;
        const bool lowest = level == IsolationLevel::None;
        if (last.kind == RefusalKind::Passing || lowest) {
            standing.unfit_reason = passingReason(level, last.problem);
            return standing;
        }
        if (rules.floor && level <= *rules.floor) {
            standing.unfit_reason = floorReason(*rules.floor, last.problem);
            return standing;
        }
        standing.advice = adviceFor(level, last.problem, geteuid() == 0);
    }
    return standing;
}

} // namespace slipway::host
