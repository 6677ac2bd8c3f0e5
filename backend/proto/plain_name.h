// Names that become folders of their own.
#pragma once

#include <string>

namespace slipway
{

// A name of one part, which leads nowhere else and hides nothing.
inline bool isPlainName(const std::string &name)
{
    return !name.empty() && name[0] != '.' && name.find_first_of("/\\") == std::string::npos &&
           name.find('\0') == std::string::npos;
}

} // namespace slipway
