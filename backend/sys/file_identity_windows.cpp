#include "backend/sys/file_identity.h"

namespace slipway::sys
{

// An open file can be neither removed nor replaced here: that it is there is enough.
std::optional<FileIdentity> identityOf(const std::filesystem::path &file)
{
    std::error_code error;
    if (!std::filesystem::exists(file, error))
        return std::nullopt;
    return FileIdentity{};
}

} // namespace slipway::sys
