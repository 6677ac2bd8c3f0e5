#include "edge_harness.h"

#include "backend/edge/edge.h"
#include "test_backend.h"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::test
{

std::optional<int> playPart(int argc, char **argv)
{
    const std::string part = argc > 1 ? argv[1] : "";
    if (part == "backend" && argc == 4)
        return runBackend(argv[2], argv[3]);
    if (part != "keeper" || argc != 4)
        return {};
    edge::EdgeOptions options;
    options.fabric_id = "test";
    options.paths.runtime = argv[2];
    options.paths.data = argv[2];
    options.listening = argv[3];
    return edge::runEdge(options);
}

KeptClient::KeptClient(std::string address, std::uint32_t port)
    : m_address(std::move(address)), m_port(port)
{
    open();
}

KeptClient::~KeptClient()
{
    shut();
}

void KeptClient::open()
{
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(std::uint16_t(m_port));
    inet_pton(AF_INET, m_address.c_str(), &where.sin_addr);
    m_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{20, 0};
    setsockopt(m_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(m_fd, reinterpret_cast<const sockaddr *>(&where), sizeof where) != 0)
        shut();
}

void KeptClient::shut()
{
    if (m_fd >= 0)
        close(std::exchange(m_fd, -1));
}

void KeptClient::send(const std::string &path, const std::string &method)
{
    if (m_fd < 0)
        open();
    const std::string text = method + " " + path + " HTTP/1.1\r\nHost: test\r\n" +
                             (method == "POST" ? "Content-Length: 0\r\n\r\n" : "\r\n");
    if (::send(m_fd, text.data(), text.size(), MSG_NOSIGNAL) != ssize_t(text.size()))
        shut();
}

std::string KeptClient::receive()
{
    std::string text;
    char buffer[4096];
    std::size_t head = std::string::npos;
    std::size_t length = 0;
    while (m_fd >= 0 && (head == std::string::npos || text.size() < head + 4 + length)) {
        const ssize_t count = recv(m_fd, buffer, sizeof buffer, 0);
        if (count <= 0) {
            shut();
            break;
        }
        text.append(buffer, std::size_t(count));
        head = text.find("\r\n\r\n");
        for (const char *name : {"Content-Length: ", "content-length: "})
            if (const std::size_t at = text.find(name); at != std::string::npos)
                length = std::stoul(text.substr(at + std::strlen(name)));
    }
    if (head == std::string::npos || text.size() < head + 4 + length)
        return "broken";
    if (text.substr(0, head).find("onnection: close") != std::string::npos)
        shut();
    const std::string status = text.substr(9, 3);
    const std::string body = text.substr(head + 4, length);
    return status == "200" ? body : status + " " + body;
}

std::string KeptClient::get(const std::string &path)
{
    send(path);
    return receive();
}

EdgeHarness::EdgeHarness() : m_folder(QStringLiteral("/tmp/sle-XXXXXX"))
{
    m_paths.runtime = m_folder.path().toStdString();
    m_paths.data = m_paths.runtime;
    // Tests may run side by side: an address of this process alone.
    m_address =
        "127.90." + std::to_string(getpid() / 250 % 250) + "." + std::to_string(getpid() % 250 + 1);
    m_listener = std::make_unique<sys::MessageListener>(
        m_io, [this](sys::ChannelPtr channel) { onAccept(std::move(channel)); });
    if (const auto listening = m_listener->listen(m_paths.edgeSocket()); !listening)
        qFatal("%s", listening.error().message().c_str());
}

EdgeHarness::~EdgeHarness()
{
    if (m_load_pid != 0)
        finishLoad();
    if (m_keeper_pid == 0)
        startKeeper(); // whatever HAProxy is left is the keeper's to end
    stopKeeper();
    for (const auto &[socket, pid] : m_instances) {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
}

bool EdgeHarness::until(const std::function<bool()> &condition, int timeout_ms)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        m_io.run_for(std::chrono::milliseconds(1));
        m_io.restart();
    }
    return true;
}

int EdgeHarness::spawnSelf(std::vector<std::string> arguments, const std::vector<int> &inherited)
{
    sys::SpawnRequest request;
    request.arguments = std::move(arguments);
    request.inherited_fds = inherited;
    request.arguments.insert(request.arguments.begin(),
                             std::filesystem::read_symlink("/proc/self/exe").string());
    return sys::spawn(request).value_or(0);
}

void EdgeHarness::startKeeper(std::uint64_t file_limit)
{
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const std::vector<int> held = m_held.fds();
    m_keeper_pid = spawnSelf({"keeper", m_paths.runtime.string(), edge::listOf(held)}, held);
    const int pid = m_keeper_pid;
    // Before it reads it: HAProxy is started with the first table only.
    const rlimit wanted{std::min<rlim_t>(before.rlim_cur, file_limit), file_limit};
    if (file_limit > 0 && prlimit(pid, RLIMIT_NOFILE, &wanted, nullptr) != 0)
        qFatal("the keeper's limit cannot be set");
    if (!until([this, pid] { return m_channel && m_hello.pid() == pid; }))
        qFatal("the keeper does not dial");
}

void EdgeHarness::killKeeper()
{
    kill(m_keeper_pid, SIGKILL);
    waitpid(std::exchange(m_keeper_pid, 0), nullptr, 0);
    until([this] { return !m_channel; });
}

bool EdgeHarness::stopKeeper()
{
    v1::EdgeCommand command;
    command.mutable_stop();
    if (m_channel)
        m_channel->tell(command);
    const bool ended = until([this] { return waitpid(m_keeper_pid, nullptr, WNOHANG) != 0; });
    if (!ended) {
        kill(m_keeper_pid, SIGKILL);
        waitpid(m_keeper_pid, nullptr, 0);
    }
    m_keeper_pid = 0;
    return ended;
}

void EdgeHarness::onAccept(sys::ChannelPtr channel)
{
    ++m_connections;
    m_channel = channel;
    channel->takeDescriptors();
    channel->start([this](std::string_view bytes) { onMessage(bytes); },
                   [this, raw = channel.get()](const std::string &) {
                       if (m_channel.get() == raw)
                           m_channel.reset();
                   });
}

void EdgeHarness::onMessage(std::string_view bytes)
{
    v1::EdgeMessage message;
    if (m_channel)
        m_held.keep(m_channel->descriptor());
    if (!sys::parseMessage(bytes, message))
        return;
    ++m_messages;
    if (message.has_hello())
        m_hello = message.hello();
    else if (message.has_report())
        m_report = message.report();
    else if (message.has_metrics())
        m_metrics = message.metrics();
    else if (message.has_happening())
        m_happenings.push_back(message.happening());
}

// As hosts lay them out: below the mesh, in a folder that everybody may pass.
std::string EdgeHarness::socketOf(const std::string &deployment, const std::string &instance) const
{
    const std::filesystem::path folder = m_paths.meshFolder(deployment);
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms(0711));
    return (folder / (sys::shortHash(instance) + ".sock")).string();
}

v1::PoolServer EdgeHarness::startInstance(const std::string &deployment,
                                          const std::string &instance)
{
    const std::string socket = socketOf(deployment, instance);
    std::filesystem::remove(socket);
    m_instances[socket] = spawnSelf({"backend", socket, deployment + " " + instance});
    until([&socket] {
        asio::io_context io;
        asio::local::stream_protocol::socket probe(io);
        std::error_code error;
        probe.connect(asio::local::stream_protocol::endpoint(socket), error);
        return !error;
    });
    v1::PoolServer server;
    server.set_instance(instance);
    server.set_target("unix:" + socket);
    return server;
}

void EdgeHarness::killInstance(const std::string &deployment, const std::string &instance)
{
    const std::string socket = socketOf(deployment, instance);
    const int pid = m_instances[socket];
    m_instances.erase(socket);
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    std::filesystem::remove(socket);
}

v1::Listener &EdgeHarness::addListener(const std::string &key, std::uint32_t port,
                                       const std::string &pool, v1::Protocol protocol)
{
    v1::Listener &listener = *m_table.add_listeners();
    listener.set_key(key);
    listener.set_address(m_address);
    listener.set_port(port);
    listener.set_pool(pool);
    listener.set_protocol(protocol);
    return listener;
}

v1::Pool &EdgeHarness::addPool(const std::string &deployment, int instances, v1::Protocol protocol)
{
    v1::Pool &pool = *m_table.add_pools();
    pool.set_id(deployment + "/HttpIn");
    pool.set_deployment_id(deployment);
    pool.set_protocol(protocol);
    for (int i = 0; i < instances; ++i)
        *pool.add_servers() = startInstance(deployment, "Web_IN_" + std::to_string(i));
    return pool;
}

void EdgeHarness::swapPools(int first_listener, int second_listener)
{
    std::string *first = m_table.mutable_listeners(first_listener)->mutable_pool();
    first->swap(*m_table.mutable_listeners(second_listener)->mutable_pool());
}

void EdgeHarness::hangUp()
{
    if (m_channel)
        m_channel->close();
    m_channel.reset();
}

void EdgeHarness::send()
{
    m_table.set_revision(m_table.revision() + 1);
    v1::EdgeCommand command;
    *command.mutable_table() = m_table;
    if (m_channel)
        m_channel->tell(command);
}

bool EdgeHarness::apply(int timeout_ms)
{
    send();
    return until([this] { return m_report.applied_revision() == m_table.revision(); }, timeout_ms);
}

std::uint32_t EdgeHarness::boundPort(const std::string &key) const
{
    for (const v1::BoundListener &listener : m_report.listeners())
        if (listener.key() == key)
            return listener.bound_port();
    return 0;
}

void EdgeHarness::startLoad(std::uint32_t port, int seconds, bool close_connections,
                            const std::string &path)
{
    sys::SpawnRequest request;
    request.arguments = {"wrk", "-t1", "-c32", "-d" + std::to_string(seconds) + "s"};
    if (close_connections)
        request.arguments.insert(request.arguments.end(), {"-H", "Connection: close"});
    request.arguments.push_back("http://" + m_address + ":" + std::to_string(port) + path);
    const std::string output = folder() + "/wrk.out";
    const int fd = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    request.stdout_fd = fd;
    request.stderr_fd = fd;
    m_load_pid = sys::spawn(request).value_or(0);
    close(fd);
}

bool EdgeHarness::loadRuns()
{
    siginfo_t info{};
    return m_load_pid != 0 &&
           waitid(P_PID, id_t(m_load_pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

LoadResult EdgeHarness::endLoad()
{
    kill(m_load_pid, SIGINT); // it prints what it has
    return finishLoad();
}

LoadResult EdgeHarness::finishLoad()
{
    until([this] { return !loadRuns(); }, 120'000);
    waitpid(std::exchange(m_load_pid, 0), nullptr, 0);
    LoadResult result;
    std::ifstream file(folder() + "/wrk.out");
    for (std::string line; std::getline(file, line);) {
        result.output += line + "\n";
        if (line.find("Socket errors") != std::string::npos ||
            line.find("Non-2xx") != std::string::npos)
            result.problem += line + "\n";
        if (line.starts_with("Requests/sec:"))
            result.requests_per_second = std::stod(line.substr(13));
    }
    if (result.requests_per_second <= 0)
        result.problem += "no request was answered\n" + result.output;
    return result;
}

} // namespace slipway::test
