#include "backend/edge/proxy_config.h"

#include <algorithm>
#include <sstream>
#include <sys/resource.h>
#include <thread>

namespace slipway::edge
{

namespace
{

constexpr std::uint32_t kHttpIdle_ms =
    240'000; // the platform's balancer cuts idle clients after 4 minutes
constexpr std::uint32_t kHardStopExtra_ms = 5'000;
constexpr unsigned kReservedFiles = 200;
constexpr unsigned kConnectionsMax = 100'000;

std::string quoted(const std::string &text)
{
    std::string result = "'";
    for (const char c : text)
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

void writeGlobal(std::ostream &out, const Layout &layout, const ProxyFiles &files,
                 const ProxyLimits &limits)
{
    out << "global\n"
        << "    stats socket " << quoted(files.commandSocket().string())
        << " mode 600 level admin expose-fd listeners\n"
        << "    stats timeout 24d\n"
        << "    hard-stop-after " << layout.drain_limit_ms + kHardStopExtra_ms << "ms\n"
        << "    nbthread " << limits.threads << "\n"
        << "    maxconn " << limits.connections << "\n"
        << "\n";
}

// response-timeout and 504 are not retried on purpose: a slow answer is no lost one.
void writeDefaults(std::ostream &out)
{
    out << "defaults\n"
        << "    mode http\n"
        << "    timeout connect 2s\n"
        << "    timeout queue 10s\n"
        << "    timeout http-request 30s\n"
        << "    timeout client 4m\n"
        << "    timeout server 4m\n"
        << "    timeout tunnel 1h\n"
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
void writeSampledLog(std::ostream &out, const ProxyFiles &files)
{
    out << "    log " << quoted(files.logSocket().string()) << " len 1024 format raw local0\n"
        << "    log-format \"%b %s %[var(txn.begin)] %[date(0,us)] %ST\"\n"
        << "    http-request set-log-level silent\n"
        << "    http-request allow if { fe_req_rate ge 5000 } { rand(256) gt 0 }\n"
        << "    http-request allow if { fe_req_rate 200:4999 } { rand(32) gt 0 }\n"
        << "    http-request set-log-level info\n"
        << "    http-request set-var(txn.begin) date(0,us)\n";
}

void writeHttpFrontend(std::ostream &out, const WantedFrontend &frontend, const ProxyFiles &files)
{
    const std::uint32_t idle_ms =
        frontend.idle_timeout_ms ? frontend.idle_timeout_ms : kHttpIdle_ms;
    out << "    mode http\n"
        << "    timeout client " << idle_ms << "ms\n"
        << "    timeout http-keep-alive " << idle_ms << "ms\n"
        << "    http-request disable-l7-retry unless"
           " { method GET HEAD OPTIONS PUT DELETE TRACE }\n";
    writeForwardedFor(out);
    writeSampledLog(out, files);
}

void writeTcpFrontend(std::ostream &out, const WantedFrontend &frontend)
{
    out << "    mode tcp\n"
        << "    timeout client "
        << (frontend.idle_timeout_ms ? frontend.idle_timeout_ms : kHttpIdle_ms) << "ms\n"
        << "    option clitcpka\n";
}

void writeFrontend(std::ostream &out, const WantedFrontend &frontend, int fd,
                   const ProxyFiles &files)
{
    out << "frontend " << frontend.name << "\n"
        << "    bind fd@" << fd << "\n";
    if (frontend.http)
        writeHttpFrontend(out, frontend, files);
    else
        writeTcpFrontend(out, frontend);
    out << "    use_backend %[str(" << frontend.name << "),map(" << quoted(files.routes().string())
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

void writeHttpBackend(std::ostream &out)
{
    out << "    balance roundrobin\n"
        << "    http-reuse safe\n"
        << "    retry-on conn-failure empty-response junk-response 502 503\n"
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
            << "    http-check send meth GET uri-lf \"%[be_name,map(" << files.probes().string()
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

ProxyLimits machineLimits()
{
    ProxyLimits limits;
    limits.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 64U);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    const std::uint64_t open_files = std::min<std::uint64_t>(files.rlim_max, 4 * kConnectionsMax);
    if (open_files > 2 * kReservedFiles) // each connection has a client's and a server's side
        limits.connections =
            unsigned(std::min<std::uint64_t>((open_files - kReservedFiles) / 2, kConnectionsMax));
    return limits;
}

std::string serverOptions(const WantedBackend &backend)
{
    if (!backend.probed)
        return {};
    return " check inter " + std::to_string(backend.probe_interval_s) + "s fall " +
           std::to_string(backend.probe_failures) + " rise 1";
}

std::string configText(const Layout &layout, const ProxyFiles &files, const ProxyLimits &limits)
{
    std::ostringstream out;
    writeGlobal(out, layout, files, limits);
    writeDefaults(out);
    for (const WantedFrontend &frontend : layout.frontends)
        writeFrontend(out, frontend, layout.fds.at(frontend.name), files);
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
