#include "backend/sys/durable_file.h"

#include <fstream>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

Failure failed(const char *reason, const char *doing, const fs::path &path)
{
    return failure(v1::Error::UNAVAILABLE, reason,
                   std::string("Cannot ") + doing + " " + path.string() +
                       ". Look at the free space and the rights of its folder.",
                   path.string());
}

} // namespace

Result<void> writeDurably(const fs::path &file, std::string_view bytes)
{
    const fs::path beside = file.string() + ".new";
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), std::streamsize(bytes.size()));
    out.close();
    std::error_code error;
    if (out)
        fs::rename(beside, file, error);
    if (!out || error)
        return failed("FILE_NOT_WRITTEN", "write", file);
    return {};
}

Result<void> moveDurably(const fs::path &from, const fs::path &to)
{
    std::error_code error;
    if (fs::exists(to, error))
        return failed("FILE_NOT_MOVED", "move something to", to);
    fs::rename(from, to, error);
    if (error)
        return failed("FILE_NOT_MOVED", "move", from);
    return {};
}

Result<void> syncFile(const fs::path &)
{
    return {};
}

} // namespace slipway::sys
