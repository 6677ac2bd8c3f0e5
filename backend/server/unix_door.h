// The fabric's Unix socket: who comes in is handed to gRPC. gRPC's own listener would neither tell
// who calls nor notice that its file was removed.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace slipway::server
{

// A thread of its own. The socket's file is made anew, with its folder, when somebody removes it:
// logout empties the runtime folder of a user, cleaners empty /tmp.
class UnixDoor
{
public:
    // `enter` gets a connected, non-blocking descriptor, which it owns. On the door's thread.
    using Enter = std::function<void(int fd)>;

    static Result<std::unique_ptr<UnixDoor>> open(const std::filesystem::path &socket, Enter enter);
    ~UnixDoor();  // closes
    void close(); // nobody gets in any more, and the file goes

private:
    struct Impl;
    explicit UnixDoor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::server
