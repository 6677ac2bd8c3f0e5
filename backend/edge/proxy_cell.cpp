#include "backend/edge/proxy_cell.h"

#include "backend/edge/escaping.h"
#include "backend/edge/proxy_process.h"
#include "backend/sys/user.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::edge
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kAddressPathMax = 97; // HAProxy's own limit for a socket's path
// Below the ranges of the instances, and, where a container maps few ids, below Debian's reserved.
constexpr std::uint32_t kUserFirst = 190'000;
constexpr std::uint32_t kSmallUserFirst = 64'000;
constexpr std::uint32_t kUsers = 900;

Result<void> provide(const fs::path &folder, mode_t mode, std::uint32_t group)
{
    std::error_code error;
    fs::create_directories(folder, error);
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat info {
    };
    const bool ours = fd >= 0 && fstat(fd, &info) == 0 && info.st_uid == geteuid() &&
                      (geteuid() != 0 || fchown(fd, 0, group) == 0) && fchmod(fd, mode) == 0;
    if (fd >= 0)
        close(fd);
    if (ours)
        return {};
    return failure(v1::Error::PERMISSION_DENIED, "FOLDER_NOT_OURS",
                   folder.string() + " cannot be made a folder of this user alone. Remove it, and "
                                     "check the rights of the folder above.",
                   folder.string());
}

// The same for every keeper of a fabric, and nobody's account.
std::uint32_t ownUser(const std::string &fabric_id)
{
    const std::uint32_t first =
        sys::isUserMapped(kUserFirst + kUsers) ? kUserFirst : kSmallUserFirst;
    const auto start = std::uint32_t(std::stoul(sys::shortHash(fabric_id), nullptr, 16) % kUsers);
    std::uint32_t step = 0;
    while (step < kUsers && sys::hasAccount(first + (start + step) % kUsers))
        ++step;
    return first + (start + step) % kUsers;
}

// An empty text when the machine allows it. What may pass (no memory, no process to be had) is no
// reason for less: then the keeper does not start, and is started again.
Result<std::string> tried(const ProxyCell &cell, const fs::path &folder)
{
    sys::SpawnRequest request;
    request.arguments = {haproxyProgram()};
    confine(request, cell, folder);
    const int problem =
        request.view ? sys::tryView(*request.view) : sys::tryUser(cell.mesh, cell.user);
    if (problem < 0 || problem == EAGAIN || problem == ENOMEM || problem == EMFILE ||
        problem == ENFILE)
        return failure(v1::Error::UNAVAILABLE, "PROXY_CELL_NOT_TRIED",
                       "The machine had no memory or process left to try how HAProxy can be kept "
                       "from its files.");
    return problem == 0 ? std::string() : std::string(std::strerror(problem));
}

} // namespace

std::string ProxyCell::inside(const std::string &relative) const
{
    return (kind == Kind::OwnUser ? "/" : mesh.string() + "/") + relative;
}

tl::expected<std::string, std::string> ProxyCell::address(const std::string &target) const
{
    constexpr std::string_view kUnix = "unix:";
    // HAProxy would look into the environment for what follows a dollar.
    if (hasControls(target) || target.find('$') != std::string::npos)
        return tl::unexpected<std::string>("its address holds control characters or a dollar");
    if (target.starts_with(kUnix)) {
        const fs::path path = target.substr(kUnix.size());
        const fs::path relative = path.lexically_relative(mesh);
        if (path.lexically_normal() != path || relative.empty() || *relative.begin() == ".." ||
            *relative.begin() == "." || relative.filename().empty())
            return tl::unexpected<std::string>("its socket lies outside the fabric's mesh");
        const std::string inner = inside(relative.string());
        if (inner.size() > kAddressPathMax)
            return tl::unexpected<std::string>("its socket's path is too long");
        return "unix@" + inner;
    }
    const std::size_t colon = target.rfind(':');
    const std::string host = target.substr(0, colon);
    in_addr number{};
    unsigned port = 0;
    const char *end = target.data() + target.size();
    const auto parsed = colon == std::string::npos
                            ? std::from_chars_result{nullptr, std::errc::invalid_argument}
                            : std::from_chars(target.data() + colon + 1, end, port);
    if (parsed.ec != std::errc() || parsed.ptr != end || port == 0 || port > 65535 ||
        inet_pton(AF_INET, host.c_str(), &number) != 1 || ntohl(number.s_addr) >> 24 != 127)
        return tl::unexpected<std::string>("its address is no port of this machine's loopback");
    return "ipv4@" + host + ":" + std::to_string(port);
}

std::uint64_t ProxyCell::meshId() const
{
    struct stat info {
    };
    return lstat(mesh.c_str(), &info) == 0 ? info.st_ino : 0;
}

void confine(sys::SpawnRequest &request, const ProxyCell &cell, const fs::path &folder)
{
    request.no_new_privileges = true;
    request.working_folder = folder;
    if (cell.kind != ProxyCell::Kind::OwnView)
        return;
    sys::FileView view;
    view.root = folder.parent_path() / "view";
    view.readable = sys::programFolders();
    view.readable.push_back(cell.mesh);
    const fs::path program = fs::path(request.arguments[0]).parent_path();
    const bool known =
        std::any_of(view.readable.begin(), view.readable.end(), [&](const auto &path) {
            return !program.empty() && program.string().starts_with(path.string() + "/");
        });
    if (!known && !program.empty())
        view.readable.push_back(program);
    view.writable = {folder};
    request.view = std::move(view);
}

Result<ProxyCell> chooseCell(const sys::Paths &paths, const std::string &fabric_id)
{
    const fs::path folder = paths.edgeFolder() / "proxy";
    ProxyCell cell;
    cell.mesh = paths.mesh();
    for (const fs::path &own : {folder, paths.edgeFolder() / "view"})
        if (const auto made = provide(own, 0700, 0); !made)
            return Failure(made.error());
    if (const auto made = provide(cell.mesh, 0711, 0); !made)
        return Failure(made.error());
    cell.kind = geteuid() == 0 ? ProxyCell::Kind::OwnUser : ProxyCell::Kind::OwnView;
    if (geteuid() == 0)
        cell.user = ownUser(fabric_id);
    const auto refusal = tried(cell, folder);
    if (!refusal)
        return Failure(refusal.error());
    if (!refusal->empty()) {
        cell.kind = ProxyCell::Kind::Open;
        cell.user = 0;
        cell.weakness = *refusal;
    }
    if (const auto made = provide(cell.logFolder(), 0710, cell.user); !made)
        return Failure(made.error());
    return cell;
}

} // namespace slipway::edge
