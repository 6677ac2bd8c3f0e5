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

std::vector<Attempt> attempts();
std::vector<Attempt> agentAttempts();
std::vector<Attempt> kernelAttempts();
std::vector<Attempt> fileAttempts();
std::vector<Attempt> floodAttempts();
std::vector<Attempt> fillAttempts(); // end their program, and are no part of attempts()

} // namespace probe
