// Instance: its folders on the machine, and the sandbox that shows them to it.
#include "backend/host/guest_places.h"
#include "backend/host/instance.h"

#include "backend/proto/orders.h"

#include <unistd.h>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint64_t kLogBytesDefault = 50ULL * 1024 * 1024;
constexpr std::uint64_t kMemoryBytesDefault = 1'792ULL * 1024 * 1024;
constexpr std::uint32_t kUidBaseFirst = 1'000'000;
constexpr std::uint32_t kUidsPerInstance = 65'536;
constexpr std::uint32_t kUidRanges = 30'000;
constexpr std::size_t kHostNameMax = 63;

// For everybody to walk through, and for nobody but the host to write.
Result<void> makeFolder(const fs::path &folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error)
        fs::permissions(folder, fs::perms(0755), error);
    if (!error)
        return {};
    return failure(v1::Error::INTERNAL, "FOLDER_NOT_MADE",
                   "Cannot make " + folder.string() + ": " + error.message() +
                       ". Check the space and the rights of the fabric's folders.",
                   folder.string());
}

std::string hostNameFor(std::string name)
{
    for (char &letter : name)
        letter = std::isalnum(static_cast<unsigned char>(letter)) ? letter : '-';
    return name.substr(0, kHostNameMax);
}

} // namespace

fs::path Instance::meshFolder() const
{
    return m_context.options.paths.meshFolder(m_wanted.deployment_id());
}

fs::path Instance::ownFolder() const
{
    return meshFolder() / sys::shortHash(m_wanted.name());
}

// A range of its own per instance, even without isolation, as root; an order without one gets one
// by its identity.
std::uint32_t Instance::uidBase() const
{
    if (m_running.uid_base() != 0)
        return m_running.uid_base();
    const std::string hash = sys::shortHash(m_running.deployment_id() + "/" + m_running.name());
    const auto number = std::uint32_t(std::stoul(hash, nullptr, 16));
    return kUidBaseFirst + number % kUidRanges * kUidsPerInstance;
}

Result<void> Instance::prepareFolders()
{
    const sys::Paths &paths = m_context.options.paths;
    const std::uint64_t log_bytes =
        m_running.log_limit_bytes() > 0 ? m_running.log_limit_bytes() : kLogBytesDefault;
    m_log = std::make_unique<sys::LogFileWriter>(
        paths.instanceLogs(m_running.deployment_id(), m_running.name()), log_bytes);
    if (!fs::is_directory(m_running.content_path()))
        return failure(v1::Error::NOT_FOUND, "CONTENT_MISSING",
                       "The package's content " + m_running.content_path() +
                           " is missing. Upload the package again.",
                       m_running.content_path());
    auto content = reachableContent(paths, m_running.content_path());
    if (!content)
        return Failure(content.error());
    m_content = std::move(*content);
    for (const fs::path &folder : {meshFolder().parent_path(), meshFolder(), ownFolder()})
        if (const auto made = makeFolder(folder); !made)
            return made;
    m_mesh = sys::identityOf(meshFolder());
    m_mesh_missed = 0;
    return prepareDisk();
}

SandboxSpec Instance::sandboxSpec() const
{
    const HostOptions &options = m_context.options;
    SandboxSpec spec = sandboxBase(m_context.isolation, uidBase());
    spec.id = sys::sandboxPrefix(options.fabric_id, options.host_id) +
              sys::wideHash(m_running.deployment_id() + "/" + m_running.name()) + "-g" +
              std::to_string(m_running.generation());
    spec.cgroup = m_context.isolation.cgroup + "/" + spec.id;
    spec.host_name = hostNameFor(m_running.name());
    spec.memory_bytes =
        m_running.size().memory_bytes() > 0 ? m_running.size().memory_bytes() : kMemoryBytesDefault;
    if (!m_disk.isWalled()) // between two counts no file grows beyond it, at least
        spec.disk_bytes = diskLimit(m_running.role(), m_running.size()).bytes;
    spec.cores = std::max<std::uint32_t>(1, m_running.size().cores());
    spec.environment = {
        {"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}, {"HOME", "/local"}, {"LANG", "C.UTF-8"}};
    spec.arguments = {"/slipway/slipwayd", "agent",
                      "--deployment",      m_running.deployment_id(),
                      "--instance",        m_running.name(),
                      "--generation",      std::to_string(m_running.generation())};
    const std::vector<BindMount> own = {{options.agent_program, "/slipway/slipwayd"},
                                        {m_content, "/role"},
                                        {m_disk.folder(), "/local", true},
                                        {meshFolder(), "/run/slipway/mesh"}};
    spec.binds.insert(spec.binds.end(), own.begin(), own.end());
    return spec;
}

// One end for the host, the other for the agent that it starts; neither has a name.
Result<void> Instance::makeChannel(SandboxSpec &spec)
{
    auto channel = sys::makeChannel(m_context.io, spec.channel_fd);
    if (!channel)
        return Failure(channel.error());
    m_greeted = false;
    m_link = std::make_shared<AgentLink>(std::move(*channel));
    m_link->start(
        [this](v1::AgentMessage &message, std::size_t weight) { agentSaid(message, weight); },
        [this](std::size_t) { m_gate.drop(); }, [this](std::size_t bytes) { weigh(bytes); },
        [this] { linkClosed(); });
    return {};
}

std::unique_ptr<Sandbox> Instance::makeSandbox(SandboxSpec spec)
{
    const HostOptions &options = m_context.options;
    const fs::path host_folder = options.paths.hostFolder(options.host_id);
    const std::string mark = sys::ownerMark(options.fabric_id, options.host_id);
    m_cgroup = spec.cgroup;
    if (hasNamespaces(m_context.isolation.level)) {
        const fs::path bundle = host_folder / "instances" / spec.id;
        return makeOciSandbox(m_context.io, m_context.tool, std::move(spec), bundle, mark);
    }
    spec.arguments.front() = options.agent_program.string();
    for (const std::string &argument :
         {std::string("--not-isolated"), std::string("--mesh"), meshFolder().string(),
          std::string("--role"), m_content.string(), std::string("--local"),
          m_disk.folder().string()})
        spec.arguments.push_back(argument);
    if (m_context.isolation.level == IsolationLevel::Confined)
        spec.arguments.emplace_back("--confined");
    spec.environment["HOME"] = m_disk.folder().string();
    return makeProcessSandbox(m_context.io, m_context.isolation.level, std::move(spec), host_folder,
                              mark);
}

// Opened and closed while it runs; asked once a second, so that what failed is tried again.
void Instance::followOutside()
{
    const bool runs = m_phase == Phase::Launching || m_phase == Phase::Running;
    if (!runs || m_first_pid == 0 || !hasNamespaces(m_context.isolation.level))
        return;
    if (!m_wanted.outside_access() || (m_outside && m_outside->isOver()))
        m_outside = nullptr;
    if (m_wanted.outside_access() && !m_outside)
        openOutside();
}

void Instance::openOutside()
{
    const HostOptions &options = m_context.options;
    const std::string problem = outsideProblem(m_context.isolation.level, options.outside_program);
    if (!problem.empty())
        return outsideLost(problem);
    const auto goOn = [this] {
        if (isLinked() && m_phase == Phase::Running)
            sendOrder();
    };
    m_outside = std::make_unique<OutsideAccess>(
        m_context.io, options.outside_program, m_first_pid,
        sys::ownerMark(options.fabric_id, options.host_id),
        OutsideAccess::Events{goOn, [this, goOn](const std::string &cause) {
                                  outsideLost(cause);
                                  goOn();
                              }});
}

void Instance::outsideLost(const std::string &cause)
{
    if (std::exchange(m_outside_told, true))
        return;
    tell(v1::WARNING, "OutsideAccessLost", m_wanted.name() + " cannot reach the outside", cause,
         "it runs without; this is tried again every second");
}

// Peers' sockets lie in the mesh folder that the sandbox sees. What the agent starts may look for
// the outside at once, so a way that is being opened is waited for.
void Instance::sendOrder()
{
    if (m_outside && !m_outside->isReady() && !m_outside->isOver())
        return;
    std::string bytes = m_wanted.SerializeAsString();
    if (bytes == m_sent_order && m_common == m_sent_common)
        return;
    m_order_waits = m_link->isWriting();
    if (m_order_waits)
        return; // only the latest order matters to one that reads slowly
    m_sent_order = std::move(bytes);
    m_sent_common = m_common;
    v1::AgentCommand command;
    v1::InstanceOrder &order = *command.mutable_order();
    order = m_wanted;
    addSurroundings(order, *m_common);
    for (v1::Peer &peer : *order.mutable_peers())
        peer.set_socket(sys::shortHash(peer.instance()) + "/" + sys::shortHash(peer.endpoint()) +
                        ".sock");
    m_link->send(command);
}

} // namespace slipway::host
