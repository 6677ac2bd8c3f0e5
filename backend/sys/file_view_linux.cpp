#include "backend/sys/file_view.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <set>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

struct Bind {
    std::string source;
    std::string target;
    bool folder = true;
    bool writable = false;
};

struct Link {
    std::string content;
    std::string path;
};

bool writeText(const char *file, const std::string &text)
{
    const int fd = open(file, O_WRONLY | O_CLOEXEC);
    const bool written = fd >= 0 && write(fd, text.data(), text.size()) == ssize_t(text.size());
    if (fd >= 0)
        close(fd);
    return written;
}

bool makeFile(const std::string &path)
{
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return fd >= 0 && close(fd) == 0;
}

bool mountBind(const Bind &bind)
{
    if (!bind.folder && !makeFile(bind.target))
        return false;
    if (mount(bind.source.c_str(), bind.target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
        return false;
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_NOSUID | (bind.writable ? 0 : MOUNT_ATTR_RDONLY);
    return mount_setattr(AT_FDCWD, bind.target.c_str(), AT_RECURSIVE, &attributes,
                         sizeof attributes) == 0;
}

} // namespace

struct PreparedView::Impl {
    std::string root;
    std::string user_map;
    std::string group_map;
    std::vector<std::string> folders; // parents before children
    std::vector<Bind> binds;
    std::vector<Link> links;

    void add(const fs::path &path, bool writable);
    bool makeNamespaces() const;
    bool fill() const;
    bool moveIn() const;
};

void PreparedView::Impl::add(const fs::path &path, bool writable)
{
    std::error_code error;
    const fs::path target = fs::path(root) / path.relative_path();
    const fs::file_status status = fs::symlink_status(path, error);
    if (error || status.type() == fs::file_type::not_found)
        return;
    const bool is_folder = fs::is_directory(status);
    std::set<std::string> known(folders.begin(), folders.end());
    std::vector<std::string> missing;
    for (fs::path folder = is_folder ? target : target.parent_path();
         folder.string().size() > root.size() && !known.contains(folder.string());
         folder = folder.parent_path())
        missing.push_back(folder.string());
    folders.insert(folders.end(), missing.rbegin(), missing.rend());
    if (fs::is_symlink(status))
        links.push_back({fs::read_symlink(path, error).string(), target.string()});
    else
        binds.push_back({path.string(), target.string(), is_folder, writable});
}

bool PreparedView::Impl::makeNamespaces() const
{
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && writeText("/proc/self/setgroups", "deny") &&
           writeText("/proc/self/uid_map", user_map) &&
           writeText("/proc/self/gid_map", group_map) &&
           mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool PreparedView::Impl::fill() const
{
    if (mount("none", root.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=755") != 0)
        return false;
    for (const std::string &folder : folders)
        if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST)
            return false;
    for (const Bind &bind : binds)
        if (!mountBind(bind))
            return false;
    for (const Link &link : links)
        if (symlink(link.content.c_str(), link.path.c_str()) != 0)
            return false;
    return mount(nullptr, root.c_str(), nullptr,
                 MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) == 0;
}

// The machine's own tree is stacked under the view for a moment, and let go.
bool PreparedView::Impl::moveIn() const
{
    return chdir(root.c_str()) == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
           umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

std::vector<fs::path> programFolders()
{
    std::vector<fs::path> folders = {
        "/usr",     "/bin", "/sbin", "/opt", "/nix/store", "/etc/ld.so.cache", "/etc/alternatives",
        "/dev/null"};
    std::error_code error;
    for (const auto &entry : fs::directory_iterator("/", error))
        if (entry.path().filename().string().starts_with("lib"))
            folders.push_back(entry.path());
    return folders;
}

PreparedView::PreparedView(const FileView &view) : m_impl(std::make_unique<Impl>())
{
    m_impl->root = view.root.string();
    m_impl->user_map = std::to_string(geteuid()) + " " + std::to_string(geteuid()) + " 1";
    m_impl->group_map = std::to_string(getegid()) + " " + std::to_string(getegid()) + " 1";
    for (const fs::path &path : view.readable)
        m_impl->add(path, false);
    for (const fs::path &path : view.writable)
        m_impl->add(path, true);
}

PreparedView::~PreparedView() = default;

int PreparedView::enter() const
{
    return m_impl->makeNamespaces() && m_impl->fill() && m_impl->moveIn() ? 0 : errno;
}

int tryView(const FileView &view)
{
    const PreparedView prepared(view);
    const int pid = fork();
    if (pid == 0)
        _exit(prepared.enter());
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace slipway::sys
