#include "backend/sys/paths.h"

#include <cstdlib>
#include <openssl/sha.h>

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

fs::path fromEnvironment(const char *name)
{
    const char *value = std::getenv(name);
    return value && *value ? fs::path(value) : fs::path();
}

} // namespace

std::string contentHash(const std::string &bytes)
{
    static constexpr char kHex[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(), digest);
    std::string hash;
    for (const unsigned char byte : digest) {
        hash += kHex[byte >> 4];
        hash += kHex[byte & 15];
    }
    return hash;
}

std::string shortHash(const std::string &text)
{
    constexpr std::size_t kDigits = 8;
    return contentHash(text).substr(0, kDigits);
}

std::string wideHash(const std::string &text)
{
    constexpr std::size_t kDigits = 32;
    return contentHash(text).substr(0, kDigits);
}

fs::path Paths::meshFolder(const std::string &deployment_id) const
{
    return mesh() / shortHash(deployment_id);
}

fs::path Paths::instanceDisk(const std::string &deployment_id, const std::string &name) const
{
    return disks() / deployment_id / name;
}

fs::path Paths::instanceLogs(const std::string &deployment_id, const std::string &name) const
{
    return logs() / deployment_id / name;
}

std::vector<fs::path> guestPlaces(const Paths &paths, const std::string &fabric_id)
{
    return {paths.data.string() + ".guests", fs::path("/var/lib") / ("slipway-" + fabric_id)};
}

void clearGuestPlaces(const Paths &paths, const std::string &fabric_id)
{
    std::error_code ignored;
    for (const fs::path &place : guestPlaces(paths, fabric_id)) {
        for (fs::directory_iterator entry(place, ignored), end; !ignored && entry != end;
             entry.increment(ignored))
            if (entry->path().filename() != "disks" && entry->path().filename() != "trash")
                fs::remove_all(entry->path(), ignored);
        fs::remove(place / "disks", ignored);
        fs::remove(place / "trash", ignored);
        fs::remove(place, ignored);
    }
}

fs::path defaultRuntimeDir()
{
#ifdef _WIN32
    return fs::temp_directory_path() / "slipway";
#else
    if (const fs::path runtime = fromEnvironment("XDG_RUNTIME_DIR"); !runtime.empty())
        return runtime / "slipway";
    if (geteuid() == 0)
        return "/run/slipway";
    return "/tmp/slipway-" + std::to_string(geteuid());
#endif
}

fs::path defaultDataDir()
{
#ifdef _WIN32
    return fromEnvironment("LOCALAPPDATA") / "slipway";
#else
    if (const fs::path data = fromEnvironment("XDG_DATA_HOME"); !data.empty())
        return data / "slipway";
    return fromEnvironment("HOME") / ".local/share/slipway";
#endif
}

fs::path defaultSocket()
{
    return defaultRuntimeDir() / "fabric.sock";
}

Paths pathsFor(const fs::path &data, const fs::path &socket)
{
    Paths paths;
    paths.data = fs::absolute(data.empty() ? defaultDataDir() : data);
    paths.runtime = fs::absolute(socket.empty() ? defaultSocket() : socket).parent_path();
    return paths;
}

Result<void> makePrivateFolder(const fs::path &folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return failure(v1::Error::PERMISSION_DENIED, "FOLDER_NOT_CREATED",
                       "Cannot create " + folder.string() + ": " + error.message() +
                           ". Choose another folder or make its parent writable.",
                       folder.string());
#ifndef _WIN32
    struct stat info {
    };
    const bool is_folder = lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
    // /tmp and its like must stay open for everybody else.
    if (is_folder && (info.st_mode & S_ISVTX) != 0)
        return failure(v1::Error::INVALID_ARGUMENT, "FOLDER_SHARED",
                       folder.string() +
                           " is shared with other users and cannot be made private. Name a folder "
                           "inside it, e.g. " +
                           (folder / "slipway").string() + ".",
                       folder.string());
    if (!is_folder || info.st_uid != geteuid())
        return failure(v1::Error::PERMISSION_DENIED, "FOLDER_NOT_OURS",
                       folder.string() +
                           " is not a folder of this user (a link, or somebody else's). "
                           "Remove it or choose another place.",
                       folder.string());
    if ((info.st_mode & 077) != 0 && chmod(folder.c_str(), 0700) != 0)
        return failure(v1::Error::PERMISSION_DENIED, "FOLDER_TOO_OPEN",
                       folder.string() + " can be read by others and cannot be closed.",
                       folder.string());
#endif
    return {};
}

Result<void> checkSocketPath(const fs::path &socket)
{
    if (socket.string().size() <= kSocketPathMax)
        return {};
    return failure(v1::Error::INVALID_ARGUMENT, "SOCKET_PATH_TOO_LONG",
                   "The socket path " + socket.string() + " has " +
                       std::to_string(socket.string().size()) + " bytes; at most " +
                       std::to_string(kSocketPathMax) +
                       " are possible. Use --socket with a shorter one.",
                   socket.string());
}

fs::path programFolder()
{
#if defined(__linux__)
    std::error_code error;
    return fs::read_symlink("/proc/self/exe", error).parent_path();
#elif defined(__APPLE__)
    char buffer[4096];
    std::uint32_t size = sizeof buffer;
    return _NSGetExecutablePath(buffer, &size) == 0 ? fs::path(buffer).parent_path() : fs::path();
#else
    return fs::current_path();
#endif
}

} // namespace slipway::sys
