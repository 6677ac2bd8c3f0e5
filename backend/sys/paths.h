// Where everything of one fabric lies: decided here and nowhere else, for all programs.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <string>

namespace slipway::sys
{

// A Unix socket's path must fit into sun_path with room for a suffix.
inline constexpr std::size_t kSocketPathMax = 100;

struct Paths {
    std::filesystem::path data;    // store, packages, disks, logs: survives a reboot
    std::filesystem::path runtime; // sockets, sandboxes' run folders: does not

    std::filesystem::path lockFile() const { return data / "fabric.lock"; }
    std::filesystem::path storeFile() const { return data / "fabric.db"; }
    std::filesystem::path fabricIdFile() const { return data / "fabric.id"; } // whose folder it is
    std::filesystem::path snapshots() const { return data / "snapshots"; }    // of the store
    std::filesystem::path trash() const { return data / "trash"; } // what was deleted, for 7 days
    std::filesystem::path packages() const { return data / "packages"; }
    std::filesystem::path uploads() const { return data / "uploads"; }
    std::filesystem::path disks() const { return data / "disks"; }
    std::filesystem::path logs() const { return data / "logs"; }
    std::filesystem::path fabricSocket() const { return runtime / "fabric.sock"; } // gRPC
    std::filesystem::path hostsSocket() const { return runtime / "hosts.sock"; }   // hosts dial it
    std::filesystem::path edgeSocket() const { return runtime / "edge.sock"; } // the edge dials it
    std::filesystem::path edgeFolder() const { return runtime / "edge"; }      // HAProxy's files
    std::filesystem::path keeperLock() const { return edgeFolder() / "keeper.lock"; }
    std::filesystem::path hostFolder(const std::string &host_id) const { return runtime / host_id; }
    // Short, hashed: the mesh of a deployment's sockets and an instance's own run folder.
    std::filesystem::path meshFolder(const std::string &deployment_id) const;
    std::filesystem::path instanceDisk(const std::string &deployment_id,
                                       const std::string &name) const;
    std::filesystem::path instanceLogs(const std::string &deployment_id,
                                       const std::string &name) const;
};

// $XDG_RUNTIME_DIR/slipway, else /run/slipway as root, else /tmp/slipway-<uid>.
std::filesystem::path defaultRuntimeDir();
// $XDG_DATA_HOME/slipway or ~/.local/share/slipway (the platform's own place elsewhere).
std::filesystem::path defaultDataDir();
// Socket of the operator's own fabric: where portal and command line look first.
std::filesystem::path defaultSocket();

// Runtime files of a fabric live beside its socket when that was chosen, so that two fabrics never
// meet. `data` and `socket` may be empty: the defaults.
Paths pathsFor(const std::filesystem::path &data, const std::filesystem::path &socket);

// Creates a folder as 0700 and checks that it belongs to this user and is no symbolic link.
Result<void> makePrivateFolder(const std::filesystem::path &folder);
Result<void> checkSocketPath(const std::filesystem::path &socket);

std::string shortHash(const std::string &text); // 8 hex digits of SHA-256

// The folder of the running program, for finding its sisters.
std::filesystem::path programFolder();

} // namespace slipway::sys
