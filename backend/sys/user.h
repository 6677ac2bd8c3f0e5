#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace slipway::sys
{

// The login name of the user this process runs as; its number where it has no name.
std::string userName();
bool hasAccount(std::uint32_t user); // or a group of that number
// Whether this process's user namespace has such an id at all.
bool isUserMapped(std::uint32_t user);
// Whether a child of ours could become this user and group and stand in the folder, or have it as
// its root: 0, or the errno that refused it; -1 when the trial itself could not be made.
enum class Root { Stays, Folder };
int tryUser(const std::filesystem::path &folder, std::uint32_t user, Root root);

} // namespace slipway::sys
