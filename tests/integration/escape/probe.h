#pragma once

#include <string>
#include <vector>

namespace probe
{

// Returns what it reached; nothing, with errno, when it was refused.
struct Attempt {
    const char *name;
    std::string (*run)();
};

// The first process of its instance: 1 in a sandbox. Known since the probe's start.
int agent();
inline bool isInSandbox()
{
    return agent() == 1;
}
std::string agentFile(const std::string &name); // of its folder in /proc

constexpr int kHasRights = 3; // exit code of `probe rights`
bool hasRights();             // capabilities, or another user's or group's

std::vector<Attempt> attempts();
std::vector<Attempt> agentAttempts();
std::vector<Attempt> kernelAttempts();
std::vector<Attempt> fileAttempts();
std::vector<Attempt> moreAttempts();
std::vector<Attempt> sharedAttempts();
std::vector<Attempt> floodAttempts();
std::vector<Attempt> fillAttempts(); // end their program, and are no part of attempts()

} // namespace probe
