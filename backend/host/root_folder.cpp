#include "backend/host/root_folder.h"

#include "backend/sys/plain_file.h"

#include <string_view>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *kMountPoints[] = {"proc",
                                        "dev",
                                        "usr",
                                        "tmp",
                                        "role",
                                        "local",
                                        "slipway",
                                        "var",
                                        "etc/ssl/certs",
                                        "root",
                                        "etc/alternatives",
                                        "run/slipway/mesh"};

constexpr const char *kSharedFolders[] = {"/etc/ssl/certs", "/etc/alternatives"};

constexpr const char *kLinks[] = {"bin", "lib", "lib64", "sbin", "lib32", "libx32"};

constexpr std::size_t kCopiedBytesMax = 64 * 1024 * 1024;

struct TextFile {
    const char *name;
    std::string_view text;
};

constexpr TextFile kFiles[] = {
    {"etc/passwd", "root:x:0:0:root:/local:/bin/sh\n"
                   "role:x:1000:1000:role:/local:/bin/sh\n"
                   "elevated:x:1001:1000:elevated:/local:/bin/sh\n"
                   "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"},
    {"etc/group", "root:x:0:\nrole:x:1000:\nnogroup:x:65534:\n"},
    {"etc/hosts", "127.0.0.1 localhost\n"},
    {"etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"},
    {"etc/resolv.conf", "nameserver 10.0.2.3\n"}, // there with outside access only
    {"slipway/slipwayd", ""},                     // the mount point of the agent's program
};

// A machine without merged /usr has folders of its own there, which the links would not show.
void linkSystemFolders(const fs::path &root)
{
    for (const char *name : kLinks) {
        if (fs::exists(fs::path("/usr") / name) && !fs::is_symlink(root / name))
            fs::create_symlink(fs::path("usr") / name, root / name);
    }
    for (const char *name : {"var/tmp", "var/log"}) {
        if (!fs::is_symlink(root / name))
            fs::create_symlink("/tmp", root / name);
    }
}

// Running sandboxes read them, too: each is replaced as a whole, and only where it says otherwise.
Result<void> writeSystemFiles(const fs::path &root)
{
    for (const TextFile &file : kFiles)
        if (const auto written =
                sys::ensureFile(root / file.name, file.text, sys::Readers::Everybody);
            !written)
            return written;
    for (const char *name : {"etc/ld.so.cache", "etc/ssl/openssl.cnf"}) {
        std::error_code missing; // fine: not every machine has both
        const fs::path original = fs::canonical(fs::path("/") / name, missing);
        if (missing)
            continue;
        const std::string bytes = sys::readPlainFile(original, kCopiedBytesMax);
        if (const auto written = sys::ensureFile(root / name, bytes, sys::Readers::Everybody);
            !written)
            return written;
    }
    return {};
}

} // namespace

Result<void> makeRootFolder(const fs::path &root)
{
    try {
        for (const char *folder : kMountPoints) {
            fs::create_directories(root / folder);
            for (fs::path part = folder; !part.empty(); part = part.parent_path())
                fs::permissions(root / part, fs::perms(0755));
        }
        fs::permissions(root, fs::perms(0755));
        fs::permissions(root / "tmp", fs::perms(01777));
        linkSystemFolders(root);
        return writeSystemFiles(root);
    } catch (const fs::filesystem_error &error) {
        return failure(v1::Error::INTERNAL, "ROOT_FOLDER_NOT_MADE",
                       std::string("Cannot make the sandboxes' root folder: ") + error.what() +
                           ". Check the space and the rights of the runtime folder.",
                       root.string());
    }
}

std::vector<BindMount> sharedSystemFolders()
{
    std::vector<BindMount> mounts;
    for (const char *folder : kSharedFolders) {
        std::error_code ignored;
        if (fs::is_directory(folder, ignored))
            mounts.push_back({folder, folder, false});
    }
    return mounts;
}

} // namespace slipway::host
