// Names in archives, which nobody may trust.
#pragma once

#include "backend/proto/result.h"

#include <string>
#include <string_view>

namespace slipway::packages
{

// "folder\file" or "folder/./file" -> "folder/file". Refuses (ENTRY_UNSAFE_PATH) absolute names,
// drive letters, "..", control characters, names that are no UTF-8 or too long. A trailing slash is
// dropped; a name that means the root itself comes back empty.
Result<std::string> safePath(std::string_view name);

// OPC part names are URIs: "my%20file" <-> "my file". What is no valid escape stays as it is.
std::string decodePercent(std::string_view name);
std::string encodePercent(std::string_view name);

} // namespace slipway::packages
