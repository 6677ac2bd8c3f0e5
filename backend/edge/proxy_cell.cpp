#include "backend/edge/proxy_cell.h"

#include "backend/edge/escaping.h"
#include "backend/edge/proxy_process.h"
#include "backend/sys/namespaces.h"
#include "backend/sys/user.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cassert>
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

// To be walked through by users of their own, not listed. It takes no right from anybody.
void letThrough(const fs::path &folder)
{
    std::error_code error;
    const fs::perms now = fs::status(folder, error).permissions();
    if (!error)
        fs::permissions(folder, now | fs::perms::group_exec | fs::perms::others_exec, error);
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

// The machine's programs, HAProxy's too if it is none of them, and the sockets.
std::vector<fs::path> readableFor(const std::string &program, const ProxyCell &cell)
{
    std::vector<fs::path> readable = sys::programFolders();
    readable.push_back(cell.mesh);
    const fs::path folder = fs::path(program).parent_path();
    const bool known = std::any_of(readable.begin(), readable.end(), [&](const fs::path &path) {
        return !folder.empty() && (folder.string() + "/").starts_with(path.string() + "/");
    });
    if (!known && !folder.empty())
        readable.push_back(folder);
    return readable;
}

sys::FileView viewFor(const std::string &program, const ProxyCell &cell, const fs::path &folder)
{
    sys::FileView view;
    view.root = folder.parent_path() / "view";
    view.readable = readableFor(program, cell);
    view.writable = {folder};
    return view;
}

// One that is to change its user itself needs the rights to do so until then.
sys::ConfinementSpec wallFor(const std::string &program, const ProxyCell &cell,
                             const fs::path &folder)
{
    using Access = sys::FileRule::Access;
    sys::ConfinementSpec spec;
    spec.files.emplace();
    for (const fs::path &path : readableFor(program, cell))
        spec.files->files.push_back({path, Access::Read});
    spec.files->files.push_back({"/dev/null", Access::Device});
    spec.files->files.push_back({folder, Access::ReadWrite});
    spec.no_capabilities = cell.user == 0;
    return spec;
}

// What the machine refuses for good, and no reason to start with less otherwise: as for instances.
bool mayPass(int problem)
{
    constexpr std::array kLasting = {EPERM, EACCES, ENOSYS, EINVAL, EOPNOTSUPP, EUSERS};
    if (problem == 0 || std::find(kLasting.begin(), kLasting.end(), problem) != kLasting.end())
        return false;
    return problem != ENOSPC || !sys::namespacesSwitchedOff();
}

int tryUserOf(const ProxyCell &cell)
{
    if (cell.user == 0)
        return 0;
    return sys::tryUser(cell.mesh, cell.user,
                        cell.kind == ProxyCell::Kind::OwnUser ? sys::Root::Folder
                                                              : sys::Root::Stays);
}

// 0, or the errno with which the machine refuses it.
int tried(const ProxyCell &cell, const fs::path &folder)
{
    if (const int problem = tryUserOf(cell); problem != 0)
        return problem;
    if (cell.kind == ProxyCell::Kind::OwnView)
        return sys::tryView(viewFor(haproxyProgram(), cell, folder));
    if (cell.kind != ProxyCell::Kind::Walled)
        return 0;
    if (sys::landlockVersion() == 0)
        return EOPNOTSUPP;
    errno = 0;
    if (sys::Confinement::prepare(wallFor(haproxyProgram(), cell, folder)))
        return 0;
    return errno != 0 ? errno : EOPNOTSUPP;
}

int triedSurely(const ProxyCell &cell, const fs::path &folder)
{
    const int first = tried(cell, folder);
    return first == 0 || mayPass(first) ? first : tried(cell, folder);
}

// In the order of what they are worth.
std::vector<ProxyCell> possibleCells(const fs::path &mesh, std::uint32_t own_user)
{
    using Kind = ProxyCell::Kind;
    std::vector<ProxyCell> cells;
    const auto add = [&](Kind kind, std::uint32_t user) {
        cells.push_back({kind, mesh, user, {}});
    };
    if (own_user == 0) {
        add(Kind::OwnView, 0);
    } else {
        add(Kind::OwnUser, own_user);
        add(Kind::Walled, own_user);
        add(Kind::Open, own_user);
    }
    add(Kind::Walled, 0);
    add(Kind::Open, 0);
    return cells;
}

std::string weaknessOf(const ProxyCell &cell, int problem)
{
    const std::string who = cell.user != 0 ? "a user of its own" : "the fabric's user";
    const std::string files =
        cell.kind == ProxyCell::Kind::Walled ? "reads no files but its own" : "reads all files";
    return "HAProxy runs as " + who + ", " + files +
           ", and can connect to all sockets that this user may open: the machine refuses it a " +
           (geteuid() == 0 ? "root folder" : "view") + " of its own (" + std::strerror(problem) +
           ").";
}

Result<ProxyCell> bestCell(const fs::path &mesh, std::uint32_t own_user, const fs::path &folder)
{
    int refusal = 0; // of the best one
    for (ProxyCell &cell : possibleCells(mesh, own_user)) {
        if (cell.user != 0 && cell.kind != ProxyCell::Kind::OwnUser)
            letThrough(mesh.parent_path());
        const int problem = triedSurely(cell, folder);
        // No reason for less: then the keeper does not start, and is started again.
        if (mayPass(problem))
            return failure(v1::Error::UNAVAILABLE, "PROXY_CELL_NOT_TRIED",
                           "How HAProxy can be kept from the machine's files could not be tried "
                           "now: " +
                               (problem < 0 ? std::string("no process could be made")
                                            : std::string(std::strerror(problem))) +
                               ". It is tried again.");
        if (refusal == 0)
            refusal = problem;
        if (problem != 0)
            continue;
        if (refusal != 0)
            cell.weakness = weaknessOf(cell, refusal);
        return cell;
    }
    assert(false); // the last one asks for nothing
    return ProxyCell{};
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

Result<void> confine(sys::SpawnRequest &request, const ProxyCell &cell, const fs::path &folder)
{
    request.no_new_privileges = true;
    request.working_folder = folder;
    if (cell.kind == ProxyCell::Kind::OwnView)
        request.view = viewFor(request.arguments[0], cell, folder);
    if (cell.kind != ProxyCell::Kind::Walled)
        return {};
    auto wall = sys::Confinement::prepare(wallFor(request.arguments[0], cell, folder));
    if (!wall)
        return Failure(wall.error());
    request.confinement = std::move(*wall);
    return {};
}

Result<ProxyCell> chooseCell(const sys::Paths &paths, const std::string &fabric_id)
{
    const fs::path folder = paths.edgeFolder() / "proxy";
    for (const fs::path &own : {folder, paths.edgeFolder() / "view"})
        if (const auto made = provide(own, 0700, 0); !made)
            return Failure(made.error());
    if (const auto made = provide(paths.mesh(), 0711, 0); !made)
        return Failure(made.error());
    const auto cell = bestCell(paths.mesh(), geteuid() == 0 ? ownUser(fabric_id) : 0, folder);
    if (!cell)
        return cell;
    if (const auto made = provide(cell->logFolder(), 0710, cell->user); !made)
        return Failure(made.error());
    return cell;
}

} // namespace slipway::edge
