#include "backend/edge/proxy_config.h"

#include "backend/edge/escaping.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <sys/resource.h>
#include <thread>

namespace slipway::edge
{

namespace
{

constexpr std::uint32_t kHttpIdle_ms =
    240'000; // the platform's balancer cuts idle clients after 4 minutes
constexpr unsigned kReservedFiles = 200;
constexpr unsigned kConnectionsMax = 100'000;
constexpr unsigned kConnectionsMin = 16; // with fewer HAProxy says itself why it cannot start
constexpr unsigned kConnectionsPerListenerMin = 8;
constexpr unsigned kConnectionsPerListenerWarn = 100;
constexpr unsigned kThreadsMax = 64;
// A head must fit into one: 32 KiB of cookies, as a federated log-in makes them, and what is added.
constexpr unsigned kBufferBytes = 40 * 1024;
constexpr unsigned kHeadersMax = 2'000; // as many as Node takes

// Paths of the fabric's own folders: sys/paths and the cell have looked at them before.
std::string quoted(const std::string &text)
{
    return configWord(text).value_or("''");
}

// Its root is changed after its files are read and its sockets are made.
void writeCell(std::ostream &out, const ProxyCell &cell)
{
    if (cell.kind == ProxyCell::Kind::OwnUser)
        out << "    chroot " << quoted(cell.mesh.string()) << "\n";
    if (cell.user != 0)
        out << "    uid " << cell.user << "\n"
            << "    gid " << cell.user << "\n";
}

// No hard-stop-after: a process that was replaced lives until its last connection ends, for
// nobody's listener costs another service its connections.
void writeGlobal(std::ostream &out, const ProxyFiles &files, const ProxyLimits &limits,
                 const ProxyCell &cell)
{
    out << "global\n"
        << "    stats socket " << quoted(files.commandSocket().string())
        << " mode 600 level admin expose-fd listeners\n"
        << "    stats timeout 24d\n"
        << "    nbthread " << limits.threads << "\n"
        << "    maxconn " << limits.connections << "\n"
        << "    tune.bufsize " << kBufferBytes << "\n"
        << "    tune.http.maxhdr " << kHeadersMax << "\n";
    writeCell(out, cell);
    out << "\n";
}

void writeDefaults(std::ostream &out)
{
    out << "defaults\n"
        << "    mode http\n"
        << "    timeout connect 2s\n"
        << "    timeout queue 10s\n"
        << "    timeout http-request 30s\n"
        << "    timeout client 4m\n"
        << "    timeout server 4m\n"
        << "    option http-keep-alive\n"
        << "    option idle-close-on-response\n"
        << "    option redispatch 1\n"
        << "    retries 3\n"
        << "\n";
}

// The duty of `option forwardfor`, but the address becomes a text once a connection, not once a
// request.
void writeForwardedFor(std::ostream &out)
{
    out << "    tcp-request connection set-var-fmt(sess.client) %ci\n"
        << "    http-request add-header X-Forwarded-For %[var(sess.client)]\n";
}

// Of many requests only some are logged, to keep HAProxy's and the keeper's own work small: most
// leave the rules at the first `allow`, so these rules are the last. Both times are dates in
// microseconds, because HAProxy's own timers count milliseconds. HAProxy writes the line as soon as
// it has all that the line names, and nothing here is later than the answer's head.
void writeSampledLog(std::ostream &out, const ProxyCell &cell)
{
    out << "    log " << quoted(cell.inside(".edge/log.sock")) << " len 1024 format raw local0\n"
        << "    log-format \"%b %s %[var(txn.begin)] %[date(0,us)] %ST\"\n"
        << "    http-request set-log-level silent\n"
        << "    http-request allow if { fe_req_rate ge 5000 } { rand(256) gt 0 }\n"
        << "    http-request allow if { fe_req_rate 200:4999 } { rand(32) gt 0 }\n"
        << "    http-request set-log-level info\n"
        << "    http-request set-var(txn.begin) date(0,us)\n";
}

void writeHttpFrontend(std::ostream &out, const WantedFrontend &frontend, const ProxyCell &cell)
{
    const std::uint32_t idle_ms =
        frontend.idle_timeout_ms ? frontend.idle_timeout_ms : kHttpIdle_ms;
    out << "    mode http\n"
        << "    timeout client " << idle_ms << "ms\n"
        << "    timeout http-keep-alive " << idle_ms << "ms\n"
        << "    http-request set-var(txn.idle) int(" << idle_ms << ")\n"
        << "    http-request disable-l7-retry unless"
           " { method GET HEAD OPTIONS PUT DELETE TRACE }\n"
        << "    http-request disable-l7-retry if { req.hdr(transfer-encoding) -m found }\n"
        << "    http-request disable-l7-retry if { req.hdr_val(content-length) gt 0 }\n";
    writeForwardedFor(out);
    writeSampledLog(out, cell);
}

void writeTcpFrontend(std::ostream &out, const WantedFrontend &frontend)
{
    out << "    mode tcp\n"
        << "    timeout client "
        << (frontend.idle_timeout_ms ? frontend.idle_timeout_ms : kHttpIdle_ms) << "ms\n"
        << "    option clitcpka\n";
}

struct Plan {
    const Layout &layout;
    const ProxyFiles &files;
    const ProxyLimits &limits;
    const ProxyCell &cell;
};

void writeFrontend(std::ostream &out, const WantedFrontend &frontend, const Plan &plan)
{
    out << "frontend " << frontend.name << "\n"
        << "    bind fd@" << plan.layout.fds.at(frontend.name) << "\n"
        << "    maxconn " << connectionsPerListener(plan.limits, plan.layout.frontends.size())
        << "\n";
    if (frontend.http)
        writeHttpFrontend(out, frontend, plan.cell);
    else
        writeTcpFrontend(out, frontend);
    out << "    use_backend %[str(" << frontend.name << "),map(" << plan.files.routesName()
        << ",none)]\n"
        << "    default_backend none" << (frontend.http ? "" : "-tcp") << "\n\n";
}

// `moved` is for a process that was replaced: a client that still holds a connection to it and asks
// for what only the new process knows is cut before its request is read, and comes again.
void writeFixedBackends(std::ostream &out)
{
    out << "backend none\n"
        << "    http-request return status 503 content-type text/plain"
           " hdr Retry-After 5 string \"Nothing is deployed at this address.\\n\"\n\n"
        << "backend none-tcp\n"
        << "    mode tcp\n"
        << "    tcp-request content reject\n\n"
        << "backend moved\n"
        << "    http-request reject\n\n";
}

// Sent again is what got no answer: its connection was refused, reset or closed before the first
// byte. Whatever the program answered is an answer, and a slow one is no lost one.
void writeHttpBackend(std::ostream &out)
{
    out << "    balance roundrobin\n"
        << "    http-reuse safe\n"
        << "    retry-on conn-failure empty-response\n"
        << "    option abortonclose\n" // whoever left is not asked for
        << "    timeout tunnel 1h\n"
        << "    http-request set-timeout server var(txn.idle)\n"
        << "    http-error status 503 content-type text/plain"
           " string \"No instance of this deployment is ready.\\n\"\n";
}

void writeBackend(std::ostream &out, const std::string &name, PoolKind kind,
                  const WantedBackend *wanted, const ProxyFiles &files)
{
    out << "backend " << name << "\n";
    if (isHttp(kind))
        writeHttpBackend(out);
    else
        out << "    mode tcp\n    balance leastconn\n    timeout server 24d\n";
    if (hasHttpProbe(kind))
        out << "    option httpchk\n"
            << "    http-check send meth GET uri-lf \"%[be_name,map(" << files.probesName()
            << ",/)]\" ver HTTP/1.1 hdr Host localhost hdr Connection close\n"
            << "    http-check expect status 200\n";
    for (const WantedServer &server : wanted ? wanted->servers : std::vector<WantedServer>())
        if (!server.drain)
            out << "    server " << server.name << " " << quoted(server.address)
                << serverOptions(*wanted) << "\n";
    out << "\n";
}

} // namespace

void ProxyFiles::remove() const
{
    std::error_code ignored;
    for (const auto &file : {config(), routes(), probes(), commandSocket()})
        std::filesystem::remove(file, ignored);
}

void ProxyFiles::removeOthers(const std::filesystem::path &folder,
                              const std::set<std::uint64_t> &generations)
{
    std::set<std::filesystem::path> kept;
    for (const std::uint64_t generation : generations) {
        const ProxyFiles files{folder, generation};
        kept.insert({files.config(), files.routes(), files.probes(), files.commandSocket()});
    }
    std::error_code ignored;
    std::vector<std::filesystem::path> old;
    for (const auto &entry : std::filesystem::directory_iterator(folder, ignored))
        if (!kept.contains(entry.path()))
            old.push_back(entry.path());
    for (const std::filesystem::path &file : old)
        std::filesystem::remove(file, ignored);
}

ProxyLimits machineLimits(const Layout &layout)
{
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    return limitsFor(files.rlim_max, std::thread::hardware_concurrency(), layout);
}

// Each connection has a client's and a server's side; each probed server may be probed just now.
ProxyLimits limitsFor(std::uint64_t open_files, unsigned threads, const Layout &layout)
{
    ProxyLimits limits;
    limits.threads = std::clamp(threads, 1U, kThreadsMax);
    std::uint64_t reserved = kReservedFiles + 4ULL * limits.threads + 2 * layout.frontends.size();
    for (const auto &[name, backend] : layout.backends)
        reserved += backend.probed ? backend.servers.size() : 0;
    open_files = std::min<std::uint64_t>(open_files, 4 * kConnectionsMax);
    const std::uint64_t free = open_files > reserved ? (open_files - reserved) / 2 : 0;
    limits.connections =
        unsigned(std::clamp<std::uint64_t>(free, kConnectionsMin, kConnectionsMax));
    return limits;
}

unsigned connectionsPerListener(const ProxyLimits &limits, std::size_t listeners)
{
    const std::size_t share = limits.connections / std::max<std::size_t>(listeners, 1);
    return unsigned(std::max<std::size_t>(share, kConnectionsPerListenerMin));
}

std::string limitProblem(const ProxyLimits &limits, std::size_t listeners)
{
    const unsigned share = connectionsPerListener(limits, listeners);
    if (share >= kConnectionsPerListenerWarn)
        return {};
    return "The limit of open files allows only " + std::to_string(limits.connections) +
           " connections at once, " + std::to_string(share) +
           " for each public port. Raise it (ulimit -n, LimitNOFILE=) and start the fabric again.";
}

std::string serverOptions(const WantedBackend &backend)
{
    if (!backend.probed)
        return {};
    return " check inter " + std::to_string(backend.probe_interval_s) + "s fall " +
           std::to_string(backend.probe_failures) + " rise 1";
}

std::string configText(const Layout &layout, const ProxyFiles &files, const ProxyLimits &limits,
                       const ProxyCell &cell)
{
    const Plan plan{layout, files, limits, cell};
    std::ostringstream out;
    writeGlobal(out, files, limits, cell);
    writeDefaults(out);
    for (const WantedFrontend &frontend : layout.frontends)
        writeFrontend(out, frontend, plan);
    writeFixedBackends(out);
    for (const auto &[kind, capacity] : layout.capacity)
        for (unsigned number = 0; number < capacity; ++number) {
            const std::string name = kindName(kind) + "-" + std::to_string(number);
            const auto wanted = layout.backends.find(name);
            writeBackend(out, name, kind,
                         wanted == layout.backends.end() ? nullptr : &wanted->second, files);
        }
    return out.str();
}

std::string routesText(const Layout &layout)
{
    std::string text = "# frontend backend\n";
    for (const auto &[frontend, backend] : layout.routes)
        text += frontend + " " + backend + "\n";
    return text;
}

std::string probesText(const Layout &layout)
{
    std::string text = "# backend path\n";
    for (const auto &[name, backend] : layout.backends)
        if (hasHttpProbe(backend.kind))
            text += name + " " + backend.probe_path + "\n";
    return text;
}

} // namespace slipway::edge
