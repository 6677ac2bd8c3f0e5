#include "backend/sys/call_filter.h"

#include <cerrno>
#include <cstring>
#include <linux/seccomp.h>
#include <memory>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace slipway::sys
{

namespace
{

using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

Failure filterFailure(const std::string &what, int problem)
{
    return failure(v1::Error::FAILED_PRECONDITION, "SECCOMP_FAILED",
                   "seccomp: cannot " + what + ": " + std::strerror(problem));
}

// The architecture has no such call, or the rule says what holds for it anyway.
bool isHarmless(int result)
{
    return result == 0 || result == -EDOM || result == -EACCES || result == -EEXIST;
}

Result<void> addRule(const Context &context, const CallRule &rule)
{
    std::vector<scmp_arg_cmp> arguments;
    for (const CallCondition &one : rule.conditions)
        arguments.push_back({one.argument, SCMP_CMP_MASKED_EQ, one.mask, one.value});
    const std::uint32_t action =
        rule.error == 0 ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(std::uint32_t(rule.error));
    for (const std::string &name : rule.names) {
        const int call = seccomp_syscall_resolve_name(name.c_str());
        if (call == __NR_SCMP_ERROR)
            continue;
        const int result = seccomp_rule_add_array(context.get(), action, call,
                                                  unsigned(arguments.size()), arguments.data());
        if (!isHarmless(result))
            return filterFailure("add a rule for " + name, -result);
    }
    return {};
}

Result<std::vector<sock_filter>> exported(const Context &context)
{
    const int file = memfd_create("calls", MFD_CLOEXEC);
    if (file < 0)
        return filterFailure("make a file in memory", errno);
    const int result = seccomp_export_bpf(context.get(), file);
    const off_t bytes = lseek(file, 0, SEEK_END);
    std::vector<sock_filter> program(bytes > 0 ? std::size_t(bytes) / sizeof(sock_filter) : 0);
    const ssize_t count = pread(file, program.data(), program.size() * sizeof(sock_filter), 0);
    close(file);
    if (result != 0 || program.empty() || count != bytes)
        return filterFailure("compile its rules", result != 0 ? -result : EIO);
    return program;
}

} // namespace

Result<std::vector<sock_filter>> compileCalls(const CallWall &wall)
{
    const std::uint32_t others = wall.others_allowed ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM);
    const Context context(seccomp_init(others), seccomp_release);
    if (!context)
        return filterFailure("begin a filter", ENOMEM);
    for (const CallRule &rule : wall.rules)
        if (const auto added = addRule(context, rule); !added)
            return Failure(added.error());
    return exported(context);
}

int applyCalls(const std::vector<sock_filter> &program)
{
    sock_fprog filter{static_cast<unsigned short>(program.size()),
                      const_cast<sock_filter *>(program.data())};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

} // namespace slipway::sys
