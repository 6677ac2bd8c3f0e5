// The role's program of the escape test: tries one thing after the other, each in a child of its
// own, and prints "PROBE <name> refused <why>" or "PROBE <name> SUCCEEDED <what>".
#include "probe.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

constexpr unsigned kPatience_s = 60; // on a loaded machine

int g_agent = 1;

void tryOne(const probe::Attempt &attempt)
{
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        alarm(kPatience_s);
        errno = 0;
        const std::string success = attempt.run();
        if (success.empty())
            printf("PROBE %s refused %s\n", attempt.name, strerrorname_np(errno));
        else
            printf("PROBE %s SUCCEEDED %s\n", attempt.name, success.c_str());
        fflush(stdout);
        _exit(0);
    }
    int status = 0;
    if (child < 0)
        printf("PROBE %s SUCCEEDED in not being tried: no process\n", attempt.name);
    waitpid(child, &status, 0);
    if (child > 0 && WIFSIGNALED(status))
        printf("PROBE %s refused signal-%d\n", attempt.name, WTERMSIG(status));
}

} // namespace

int probe::agent()
{
    return g_agent;
}

std::string probe::agentFile(const std::string &name)
{
    return "/proc/" + std::to_string(g_agent) + "/" + name;
}

// Arguments: names of attempts, or "all" that leave the program itself alone.
int main(int argc, char **argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    if (argc == 2 && std::strcmp(argv[1], "list") == 0) {
        for (const probe::Attempt &attempt : probe::attempts())
            printf("%s\n", attempt.name);
        return 0;
    }
    if (argc == 2 && std::strcmp(argv[1], "rights") == 0)
        return probe::hasRights() ? probe::kHasRights : 0;
    g_agent = getppid();
    for (const probe::Attempt &attempt : probe::fillAttempts())
        if (argc == 2 && std::strcmp(argv[1], attempt.name) == 0)
            tryOne(attempt);
    for (const probe::Attempt &attempt : probe::attempts()) {
        bool wanted = false;
        for (int i = 1; i < argc; ++i)
            wanted = wanted || std::strcmp(argv[i], attempt.name) == 0 ||
                     (std::strcmp(argv[i], "all") == 0);
        if (wanted)
            tryOne(attempt);
    }
    printf("PROBE done refused all\n");
    fflush(stdout);
    for (;;)
        pause();
}
