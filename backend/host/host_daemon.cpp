#include "backend/host/host_daemon.h"

#include "backend/host/guest_places.h"
#include "backend/sys/cgroup.h"
#include "backend/sys/durable_file.h"
#include "backend/sys/sandbox_processes.h"

#include <fstream>
#include <spdlog/spdlog.h>
#include <thread>
#include <unistd.h>

namespace slipway::host
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint32_t kProtocol = 2; // with the controller
constexpr std::chrono::milliseconds kTick{1'000};
constexpr std::size_t kUnsentMax = 1'000;
constexpr int kMissedMax = 2;
constexpr std::size_t kQueuedBytesMax = 8 * 1024 * 1024;
constexpr std::size_t kFlowingBytesMax = 1024 * 1024;
constexpr std::size_t kHelloBytesMax = 4 * 1024 * 1024;

std::uint64_t realMemoryBytes()
{
    return std::uint64_t(sysconf(_SC_PHYS_PAGES)) * std::uint64_t(sysconf(_SC_PAGESIZE));
}

} // namespace

HostDaemon::HostDaemon(asio::io_context &io, const HostOptions &options, Isolation isolation)
    : m_io(io), m_options(options), m_isolation(std::move(isolation)),
      m_start_time_ms(m_clock.wallMs()), m_tool(io, options.paths.runtime / "runc"),
      m_disks(io), m_context{io,
                             m_options,
                             m_isolation,
                             m_clock,
                             m_tool,
                             m_disks,
                             [this](const v1::HostMessage &message) { send(message); },
                             [this](const v1::MetricSample &one) { sample(one); },
                             [this] { settleLater(); }},
      m_dialer(io, options.paths.hostsSocket(),
               [this](const sys::ChannelPtr &channel) { controllerConnected(channel); }),
      m_tick(io), m_clearing(io)
{
}

Result<void> HostDaemon::start()
{
    std::error_code error;
    const fs::path hidden = folder() / "hidden";
    fs::create_directories(hidden, error);
    if (!error)
        fs::permissions(hidden, fs::perms(0700), error);
    if (error)
        return failure(v1::Error::INTERNAL, "HOST_FOLDER_NOT_MADE",
                       "Cannot make " + folder().string() + ": " + error.message() + ".",
                       folder().string());
    // By it the next controller finds this host: without it there would be a second one.
    const std::string identity =
        std::to_string(getpid()) + ' ' + std::to_string(sys::processStartTicks(getpid())) + '\n';
    if (const auto written = sys::writeDurably(pidFile(), identity); !written)
        return written;
    clearLeftovers([this] {
        if (!m_stopping)
            m_dialer.dial();
    });
    scheduleTick();
    return {};
}

std::string HostDaemon::ownerMark() const
{
    return sys::ownerMark(m_options.fabric_id, m_options.host_id);
}

void HostDaemon::clearLeftovers(std::function<void()> done)
{
    for (const int pid : sys::processesWithVariable(ownerMark()))
        sys::endProcess(pid, false);
    sys::endRecordedUsers(folder());
    const auto ids = m_tool.list(sys::sandboxPrefix(m_options.fabric_id, m_options.host_id));
    m_tool.remove(ids, [this, done = std::move(done)](const Result<void> &removed) {
        if (!removed) { // a controller that hears of this host would place their like here
            spdlog::error("{}", removed.error().message());
            m_clearing.expires_after(kTick);
            return m_clearing.async_wait([this, done](std::error_code error) {
                if (!error && !m_stopping)
                    clearLeftovers(done);
            });
        }
        std::error_code ignored;
        fs::remove_all(folder() / "instances", ignored);
        emptyPassing(m_options.paths, ownerMark());
        done();
    });
}

void HostDaemon::controllerConnected(const sys::ChannelPtr &channel)
{
    m_controller = channel;
    m_orders.begin();
    if (!m_options.paths.guests.empty())
        if (const auto opened = openWayToMesh(m_options.paths); !opened)
            spdlog::error("{}", opened.error().message());
    channel->start([this](std::string_view bytes) { controllerSaid(bytes); },
                   [this](const std::string &cause) {
                       spdlog::info("The controller is gone ({}); going on without it.", cause);
                       m_controller = nullptr;
                       if (!m_stopping)
                           m_dialer.dial();
                   });
    sendHello();
}

void HostDaemon::sendHello()
{
    v1::HostMessage message;
    v1::HostHello &hello = *message.mutable_hello();
    hello.set_protocol(kProtocol);
    hello.set_fabric_id(m_options.fabric_id);
    hello.set_host_id(m_options.host_id);
    hello.set_pid(getpid());
    hello.set_start_time_ms(m_start_time_ms);
    if (m_isolation.unfit_reason.empty())
        hello.set_isolation(isolationName(m_isolation.level));
    hello.set_isolation_advice(m_isolation.advice);
    hello.set_unfit_reason(m_isolation.unfit_reason);
    hello.set_outside_problem(outsideProblem(m_isolation.level, m_options.outside_program));
    hello.set_real_cores(std::thread::hardware_concurrency());
    hello.set_real_memory_bytes(realMemoryBytes());
    m_late.clear();
    for (const auto &[key, instance] : m_instances)
        *hello.add_instances() = instance->status();
    if (message.ByteSizeLong() > kHelloBytesMax)
        shorten(*message.mutable_hello());
    m_controller->tell(message);
    sendLate();
}

// Who is here and where it is reached is said at once; what agents say of themselves, which may be
// more than a message holds, follows as the controller reads.
void HostDaemon::shorten(v1::HostHello &hello)
{
    for (v1::InstanceStatus &status : *hello.mutable_instances()) {
        status.clear_reason();
        status.clear_warnings();
        m_late.insert({status.deployment_id(), status.name()});
    }
}

// A controller that reads slowly hears of each instance once, and the latest: nobody's reports wait
// behind another's.
void HostDaemon::send(const v1::HostMessage &message)
{
    if (m_controller)
        sendLate();
    const bool flows = m_controller && m_controller->queuedBytes() < kFlowingBytesMax;
    if (flows && m_unsent.empty() && m_late.empty()) {
        m_controller->tell(message);
    } else if (message.has_happening()) {
        m_unsent.push_back(message);
        if (m_unsent.size() > kUnsentMax)
            m_unsent.pop_front();
    } else if (message.has_status() && m_controller) { // else the next hello tells what is
        const v1::InstanceStatus &status = message.status();
        const Key key{status.deployment_id(), status.name()};
        if (m_instances.contains(key) && status.present())
            m_late.insert(key);
        else
            m_controller->tell(message); // of one that is no more, and so cannot be asked later
    }
}

void HostDaemon::sendLate()
{
    const auto flows = [this] { return m_controller->queuedBytes() < kFlowingBytesMax; };
    while (!m_late.empty() && flows()) {
        const auto found = m_instances.find(m_late.extract(m_late.begin()).value());
        if (found == m_instances.end() || !found->second)
            continue;
        v1::HostMessage message;
        *message.mutable_status() = found->second->status();
        m_controller->tell(message);
    }
    while (!m_unsent.empty() && flows()) {
        m_controller->tell(m_unsent.front());
        m_unsent.pop_front();
    }
}

void HostDaemon::sample(const v1::MetricSample &sample)
{
    if (m_controller)
        *m_samples.add_samples() = sample;
}

void HostDaemon::controllerSaid(std::string_view bytes)
{
    v1::HostCommand command;
    if (!sys::parseMessage(bytes, command))
        return;
    if (command.has_orders()) {
        if (const auto orders = m_orders.take(command.orders()))
            takeOrders(*orders);
    } else if (command.has_stop())
        stop(command.stop().grace_ms());
}

void HostDaemon::takeOrders(const std::vector<WholeOrder> &orders)
{
    if (m_stopping)
        return;
    if (!m_isolation.unfit_reason.empty())
        return refuseOrders(orders);
    std::set<Key> listed;
    for (const auto &[order, common] : orders) {
        if (order.remove())
            continue;
        listed.insert({order.deployment_id(), order.name()});
    }
    for (const auto &[order, common] : orders) {
        const auto found = m_instances.find({order.deployment_id(), order.name()});
        if (order.remove() && found != m_instances.end())
            found->second->remove(order);
        else if (order.remove())
            removeAbsent(order);
    }
    for (const auto &[key, instance] : m_instances) {
        if (!listed.contains(key))
            instance->leave();
    }
    for (const auto &[order, common] : orders) {
        if (order.remove())
            continue;
        auto &instance = m_instances[{order.deployment_id(), order.name()}];
        if (instance && !instance->gone())
            instance->setOrder(order, common);
        else
            instance = std::make_unique<Instance>(m_context, order, common);
    }
}

// It has none, starts none, and leaves their disks alone: they wait until it, or its successor, can
// hold them.
void HostDaemon::refuseOrders(const std::vector<WholeOrder> &orders)
{
    for (const auto &[order, common] : orders)
        if (order.remove())
            tellAbsent(order);
}

// It was deleted, and this host came up without it.
void HostDaemon::removeAbsent(const v1::InstanceOrder &order)
{
    InstanceDisk(m_options.paths, m_options.host_id, order.deployment_id(), order.name()).remove();
    tellAbsent(order);
}

// Its removal may have been told to a controller that could not write it down.
void HostDaemon::tellAbsent(const v1::InstanceOrder &order)
{
    v1::HostMessage message;
    v1::InstanceStatus &status = *message.mutable_status();
    status.set_deployment_id(order.deployment_id());
    status.set_name(order.name());
    status.set_generation(order.generation());
    status.set_state(v1::RoleInstance::StoppedVM);
    status.set_present(false);
    send(message);
}

void HostDaemon::settleLater()
{
    if (std::exchange(m_settle_posted, true))
        return;
    asio::post(m_io, [this] {
        m_settle_posted = false;
        settle();
    });
}

void HostDaemon::settle()
{
    std::erase_if(m_instances, [](const auto &entry) { return entry.second->gone(); });
    const bool all_idle = std::all_of(m_instances.begin(), m_instances.end(),
                                      [](const auto &entry) { return entry.second->idle(); });
    if (m_stopping && all_idle)
        finish();
}

void HostDaemon::stop(std::uint32_t grace_ms)
{
    m_stopping = true;
    m_dialer.stop();
    for (const auto &[key, instance] : m_instances)
        instance->end(grace_ms);
    settleLater();
}

void HostDaemon::finish()
{
    m_instances.clear();
    if (!m_isolation.cgroup.empty())
        sys::removeCgroup(m_isolation.cgroup);
    std::error_code ignored;
    fs::remove_all(folder(), ignored);
    m_io.stop();
}

void HostDaemon::scheduleTick()
{
    m_tick.expires_after(kTick);
    m_tick.async_wait([this, before_ms = m_clock.steadyMs()](std::error_code error) {
        if (error)
            return;
        // One that comes late means that this process stood still: nobody else is to blame.
        tick(std::min<std::int64_t>(m_clock.steadyMs() - before_ms, 2 * kTick.count()));
        scheduleTick();
    });
}

// A logout or a cleaner emptied the runtime folder: root folders, bundles and all sockets are gone,
// and nobody reaches what runs here. A new host begins with new ones.
// Only what is surely gone, twice in a row, counts.
bool HostDaemon::folderIsGone()
{
    std::error_code error;
    const auto kind = fs::status(pidFile(), error).type();
    m_missed = kind == fs::file_type::not_found ? m_missed + 1 : 0;
    return m_missed >= kMissedMax;
}

void HostDaemon::tick(std::int64_t passed_ms)
{
    if (!m_stopping && folderIsGone()) {
        spdlog::error("{} was removed by somebody; this host ends, a new one follows.",
                      folder().string());
        return stop(0);
    }
    for (const auto &[key, instance] : m_instances)
        instance->tick(passed_ms);
    m_zombies = sys::reapOrphans(m_zombies);
    if (!m_controller)
        return;
    sendLate();
    v1::HostMessage message;
    message.mutable_heartbeat()->set_time_ms(m_clock.wallMs());
    m_controller->tell(message);
    // A stuck controller must not fill this host's memory with samples.
    if (m_samples.samples_size() > 0 && m_controller->queuedBytes() < kQueuedBytesMax) {
        *message.mutable_metrics() = std::move(m_samples);
        m_controller->tell(message);
    }
    m_samples.Clear();
}

} // namespace slipway::host
