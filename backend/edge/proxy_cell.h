// What HAProxy is kept to: of the machine's files it reaches the endpoints' sockets and nothing
// else, as far as the machine allows.
#pragma once

#include "backend/sys/child_process.h"
#include "backend/sys/paths.h"

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::edge
{

struct ProxyCell {
    enum class Kind {
        OwnUser, // root's: HAProxy changes its root to the mesh, and to a user that nobody else is
        OwnView, // an ordinary user's: a mount namespace with programs, its own files and the mesh
        Walled,  // neither can be had: Landlock shows it the same files, but hides no sockets
        Open,    // nor that: it sees what the fabric sees
    };
    Kind kind = Kind::Open;
    std::filesystem::path mesh; // the folder of all sockets that it connects to
    std::uint32_t user = 0;     // and group; 0: the fabric's own
    std::string weakness;       // what it can do beyond its duty, and why; empty: nothing

    // How HAProxy calls a path below the mesh.
    std::string inside(const std::string &relative) const;
    // The address of a server for HAProxy: "unix:<below the mesh>" or "<127/8>:<port>". Anything
    // else is refused with the reason.
    tl::expected<std::string, std::string> address(const std::string &target) const;

    std::uint64_t meshId() const; // another one when the folder was made anew; 0: there is none

    std::filesystem::path logFolder() const { return mesh / ".edge"; }
    std::filesystem::path logSocket() const { return logFolder() / "log.sock"; }
};

// Makes the mesh and what HAProxy needs in it, and tries which cell the machine allows: the first
// one of the list above, and a user of its own wherever the fabric is root.
Result<ProxyCell> chooseCell(const sys::Paths &paths, const std::string &fabric_id);
// `folder` is HAProxy's own.
Result<void> confine(sys::SpawnRequest &request, const ProxyCell &cell,
                     const std::filesystem::path &folder);

} // namespace slipway::edge
