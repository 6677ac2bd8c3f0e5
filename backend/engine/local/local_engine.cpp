#include "backend/engine/local/local_engine.h"

#include "backend/engine/local/host_process.h"
#include "backend/sys/cgroup.h"
#include "backend/sys/newcomers.h"

#include <algorithm>
#include <map>
#include <set>
#include <spdlog/spdlog.h>

namespace slipway::engine
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint32_t kProtocol = 2; // 2: orders say once what instances have in common
constexpr std::chrono::milliseconds kTick{500};
// A tick that comes much later than asked for means that this process, or the machine, stood still.
constexpr std::int64_t kTickCounted_ms = 1'000;
constexpr std::uint32_t kLeaveGrace_ms = 5'000; // of a host that is no longer wanted

class LocalEngine final : public Engine
{
public:
    LocalEngine(asio::io_context &io, const LocalEngineOptions &options)
        : m_io(io), m_options(options), m_tool(io, options.paths.runtime / "runc"),
          m_floor(options.paths.runtime / "isolation", options.paths.data / "isolation"),
          m_around{io,         m_options,
                   m_tool,     m_clock,
                   m_observer, [this] { hostEnded(); },
                   m_floor,    [this] { floorRaised(); }},
          m_listener(io, [this](sys::ChannelPtr channel) { arrived(std::move(channel)); }),
          m_unknown(io), m_tick(io)
    {
    }

    ~LocalEngine() override { detach(); }

    std::string name() const override { return "local"; }

    void start(const Fleet &fleet, EngineObserver observer) override
    {
        m_observer = std::move(observer);
        std::error_code ignored;
        fs::create_directories(m_options.paths.runtime, ignored);
        if (const auto listening = m_listener.listen(m_options.paths.hostsSocket()); !listening)
            spdlog::error("{}", listening.error().message());
        sys::prepareCgroup();
        m_around.rejoin_ms = fleet.rejoin_ms;
        m_around.accept_no_isolation = fleet.accept_no_isolation;
        if (!anyHostLives(fleet))
            m_floor.forget(); // nothing of an earlier run is left
        setFleet(fleet);
        scheduleTick();
    }

    void setFleet(const Fleet &fleet) override
    {
        m_fleet = fleet;
        if (std::exchange(m_around.rejoin_ms, fleet.rejoin_ms) != fleet.rejoin_ms)
            for (const auto &[id, host] : m_hosts)
                host->rejoinTimeChanged();
        if (std::exchange(m_around.accept_no_isolation, fleet.accept_no_isolation) !=
            fleet.accept_no_isolation)
            for (const auto &[id, host] : m_hosts)
                host->wordChanged();
        followFleet();
    }

    void setOrders(const std::string &host_id, const v1::HostOrders &orders) override
    {
        m_orders[host_id] = orders;
        if (const auto found = m_hosts.find(host_id); found != m_hosts.end())
            found->second->setOrders(orders);
    }

    void observeAgain() override
    {
        for (const auto &[id, host] : m_hosts)
            host->sayHelloAgain();
    }

    void stop(std::uint32_t grace_ms, std::function<void()> done) override
    {
        m_done = std::move(done);
        m_tick.cancel();
        for (const auto &[id, host] : m_hosts)
            host->stop(grace_ms);
        if (m_hosts.empty())
            asio::post(m_io, [this] { hostEnded(); });
    }

    void detach() override
    {
        m_done = nullptr;
        *m_alive = false;
        m_tick.cancel();
        m_listener.close();
        m_unknown.closeAll();
        m_hosts.clear();
    }

private:
    void arrived(sys::ChannelPtr channel)
    {
        m_unknown.enter(channel);
        const auto host = std::make_shared<HostProcess *>(nullptr);
        const std::weak_ptr<sys::MessageChannel> weak = channel;
        channel->start(
            [this, host, weak](std::string_view bytes) {
                v1::HostMessage message;
                if (!sys::parseMessage(bytes, message))
                    return;
                if (*host)
                    (*host)->said(message);
                else if (message.has_hello())
                    *host = introduced(weak.lock(), message.hello());
            },
            [this, host, weak](const std::string &cause) {
                m_unknown.leave(weak.lock());
                if (*host)
                    (*host)->disconnected(cause);
            });
    }

    // Null for a host that is none of ours: too old, of another fabric, or no longer wanted.
    HostProcess *introduced(const sys::ChannelPtr &channel, const v1::HostHello &hello)
    {
        m_unknown.leave(channel);
        const auto found = m_hosts.find(hello.host_id());
        const bool is_ours = hello.fabric_id() == m_options.fabric_id;
        if (is_ours && hello.protocol() == kProtocol && found != m_hosts.end() &&
            hello.pid() == channel->peerPid()) {
            found->second->connected(channel, hello);
            return found->second.get();
        }
        spdlog::warn("Host {} of fabric {} (pid {}) is none of this fabric.", hello.host_id(),
                     hello.fabric_id(), hello.pid());
        if (!is_ours) {
            channel->close();
            return nullptr;
        }
        v1::HostCommand command;
        command.mutable_stop()->set_grace_ms(0);
        channel->tell(command);
        m_unknown.enter(channel);
        return nullptr;
    }

    bool anyHostLives(const Fleet &fleet) const
    {
        return std::any_of(fleet.hosts.begin(), fleet.hosts.end(), [this](const HostSpec &spec) {
            return livingHost(m_options.paths.hostFolder(spec.id)) != 0;
        });
    }

    void scheduleTick()
    {
        m_tick.expires_after(kTick);
        m_tick.async_wait([this, before_ms = m_clock.steadyMs()](std::error_code error) {
            if (error)
                return;
            const std::int64_t passed_ms =
                std::min(m_clock.steadyMs() - before_ms, kTickCounted_ms);
            for (const auto &[id, host] : m_hosts)
                host->tick(passed_ms);
            scheduleTick();
        });
    }

    // One that was taken away and is wanted again starts when its earlier life is over.
    void followFleet()
    {
        std::set<std::string> wanted;
        for (const HostSpec &spec : m_fleet.hosts)
            wanted.insert(spec.id);
        std::erase_if(m_hosts, [](const auto &entry) { return entry.second->over(); });
        for (const auto &[id, host] : m_hosts) {
            if (!wanted.contains(id) && !host->stopping())
                host->stop(kLeaveGrace_ms);
        }
        for (const HostSpec &spec : m_fleet.hosts) {
            auto &host = m_hosts[spec.id];
            if (host)
                continue;
            host = std::make_unique<HostProcess>(m_around, spec);
            if (const auto orders = m_orders.find(spec.id); orders != m_orders.end())
                host->setOrders(orders->second);
            host->begin();
        }
    }

    // Not from inside the host that has just ended.
    void followFleetLater()
    {
        asio::post(m_io, [this, alive = m_alive] {
            if (*alive && !m_done)
                followFleet();
        });
    }

    void floorRaised()
    {
        for (const auto &[id, host] : m_hosts)
            host->floorRaised();
    }

    void hostEnded()
    {
        const bool all_over = std::all_of(m_hosts.begin(), m_hosts.end(),
                                          [](const auto &entry) { return entry.second->over(); });
        if (!m_done)
            return followFleetLater();
        if (!all_over)
            return;
        m_listener.close();
        cleanUp();
        const auto done = std::move(m_done);
        m_done = nullptr;
        asio::post(m_io, done);
    }

    void cleanUp()
    {
        if (const auto cgroup = sys::fabricCgroup(m_options.fabric_id))
            sys::removeCgroup(*cgroup);
        m_floor.forget();
        sys::clearGuestPlaces(m_options.paths, m_options.fabric_id);
        std::error_code ignored;
        fs::remove(m_options.paths.runtime / "runc", ignored); // stays while it holds sandboxes
        fs::remove_all(m_options.paths.runtime / "mesh", ignored);
    }

    asio::io_context &m_io;
    const LocalEngineOptions m_options;
    const sys::SystemClock m_clock;
    EngineObserver m_observer;
    sys::SandboxTool m_tool;
    IsolationFloor m_floor;
    HostSurroundings m_around;
    sys::MessageListener m_listener;
    sys::Newcomers m_unknown; // have not said their name yet
    std::map<std::string, std::unique_ptr<HostProcess>> m_hosts;
    asio::steady_timer m_tick;
    std::function<void()> m_done;
    Fleet m_fleet;
    std::map<std::string, v1::HostOrders> m_orders; // the latest of each host
    const std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace

std::unique_ptr<Engine> makeLocalEngine(asio::io_context &io, const LocalEngineOptions &options)
{
    return std::make_unique<LocalEngine>(io, options);
}

} // namespace slipway::engine
