// Who the instance's programs are: never the agent's equals.
#pragma once

#include "backend/agent/agent.h"
#include "backend/sys/identity.h"

#include <filesystem>
#include <optional>

namespace slipway::agent
{

inline constexpr std::uint32_t kProgramUser = 1000; // "role" in the sandbox's passwd
inline constexpr std::uint32_t kElevatedUser = 1001;

// Where the sandbox maps one user only, programs stay that user, but without any capability.
// Without isolation they are what the host is: nothing to take on.
std::optional<sys::Identity> identityFor(bool elevated, const AgentOptions &options);
// They have users of their own: neither the agent's nor the machine's root.
bool programsAreOthers(const AgentOptions &options);

// The program's group may write there, and its files are the program's own; what lies in it and is
// the agent's stays so.
void shareWithPrograms(const std::filesystem::path &folder, const AgentOptions &options);
// The folder and all below it belongs to the program.
void giveToProgram(const std::filesystem::path &folder, const AgentOptions &options);

} // namespace slipway::agent
