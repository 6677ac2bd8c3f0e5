#include "host_world.h"

#include "backend/sys/cgroup.h"
#include "backend/sys/random.h"
#include "backend/sys/sandbox.h"

#include <algorithm>
#include <fstream>
#include <unistd.h>

namespace slipway::test
{

namespace fs = std::filesystem;

HostWorld::HostWorld() : fabric_id(sys::randomHex(8)), m_folder(QStringLiteral("/tmp/slh-XXXXXX"))
{
    paths.data = fs::path(m_folder.path().toStdString()) / "d";
    paths.runtime = fs::path(m_folder.path().toStdString()) / "r";
    m_daemon = sys::programFolder() / "host_test_daemon";
    // As any folder of a machine: instances with users of their own can walk through it.
    fs::permissions(m_folder.path().toStdString(), fs::perms(0711));
    const fs::path content = paths.packages() / "content/approot";
    fs::create_directories(content);
    std::ofstream(content / "index.html") << "hello";
}

HostWorld::~HostWorld()
{
    stopEngine(0);
}

namespace
{

engine::Fleet fleetOf(int hosts)
{
    engine::Fleet fleet;
    for (int i = 1; i <= hosts; ++i)
        fleet.hosts.push_back({"host-" + std::to_string(i), std::uint32_t(i % 2)});
    return fleet;
}

} // namespace

void HostWorld::setFleet(int hosts, std::uint32_t rejoin_ms)
{
    m_fleet.hosts = fleetOf(hosts).hosts;
    m_fleet.rejoin_ms = rejoin_ms;
    m_engine->setFleet(m_fleet);
}

void HostWorld::setWord(bool accept_no_isolation)
{
    m_fleet.accept_no_isolation = accept_no_isolation;
    if (m_engine)
        m_engine->setFleet(m_fleet);
}

void HostWorld::startHostsBy(const std::string &words)
{
    const fs::path script = fs::path(m_folder.path().toStdString()) / "daemon";
    std::ofstream(script) << "#!/bin/sh\nexec " << words << " "
                          << (sys::programFolder() / "host_test_daemon").string() << " \"$@\"\n";
    fs::permissions(script, fs::perms(0755));
    m_daemon = script;
}

void HostWorld::startEngine(int hosts)
{
    engine::LocalEngineOptions options{paths, fabric_id, m_daemon};
    m_fleet.hosts = fleetOf(hosts).hosts;
    m_engine = engine::makeLocalEngine(m_io, options);
    m_engine->start(m_fleet, {[this](const v1::Observation &one) { observed(one); },
                              [this](const v1::HostMetrics &metrics) {
                                  samples += std::size_t(metrics.samples_size());
                              }});
}

void HostWorld::detachEngine()
{
    m_engine->detach();
    m_engine = nullptr;
    hellos.clear();
    statuses.clear();
}

bool HostWorld::stopEngine(std::uint32_t grace_ms)
{
    if (!m_engine)
        return true;
    bool done = false;
    m_engine->stop(grace_ms, [&done] { done = true; });
    const bool in_time = waitFor([&done] { return done; });
    m_engine = nullptr;
    return in_time;
}

v1::InstanceOrder HostWorld::order(const std::string &name, const std::string &program) const
{
    v1::InstanceOrder order;
    order.set_deployment_id("d1");
    order.set_name(name);
    order.set_generation(1);
    order.set_disk_generation(1);
    order.set_run(true);
    order.mutable_role()->mutable_entry_point()->set_program_command_line(program);
    v1::Endpoint &endpoint = *order.mutable_role()->add_endpoints();
    endpoint.set_name("Web");
    endpoint.set_protocol(v1::HTTP);
    order.mutable_size()->set_cores(1);
    order.mutable_size()->set_memory_bytes(64ULL * 1024 * 1024);
    order.set_content_path((paths.packages() / "content").string());
    order.set_stop_grace_ms(1'000);
    order.set_crash_limit(5);
    order.set_crash_window_ms(600'000);
    return order;
}

void HostWorld::setOrders(const std::string &host, const std::vector<v1::InstanceOrder> &orders)
{
    v1::HostOrders message;
    message.set_revision(1);
    if (!orders.empty())
        message.add_deployments()->set_deployment_id("d1");
    for (const v1::InstanceOrder &order : orders) {
        v1::InstanceOrder &slim = *message.add_instances();
        slim = order;
        slim.clear_role();
        slim.clear_content_path();
        slim.set_role_name(order.name()); // each has a program of its own
        v1::RoleOrder &role = *message.mutable_deployments(0)->add_roles();
        *role.mutable_role() = order.role();
        role.mutable_role()->set_name(order.name());
        role.set_content_path(order.content_path());
        *role.mutable_settings() = order.settings();
    }
    m_engine->setOrders(host, message);
}

bool HostWorld::waitFor(const std::function<bool()> &condition, int limit_ms)
{
    const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit)
            return false;
        m_io.restart();
        m_io.run_for(std::chrono::milliseconds(20));
    }
    return true;
}

void HostWorld::observed(const v1::Observation &observation)
{
    if (observation.has_host_hello()) {
        hellos[observation.host_id()] = observation.host_hello();
        for (const v1::InstanceStatus &one : observation.host_hello().instances())
            statuses[one.name()] = one;
    }
    if (observation.has_instance_status() && on_status)
        on_status(observation.instance_status());
    if (observation.has_instance_status())
        statuses[observation.instance_status().name()] = observation.instance_status();
    if (observation.has_happening())
        happenings.push_back(observation.happening());
    if (observation.has_host_lost()) {
        // First that it died, then that nothing of it is left.
        if (observation.host_lost().instances_gone())
            lost.push_back(observation.host_lost());
        hellos.erase(observation.host_id());
    }
}

v1::InstanceStatus HostWorld::status(const std::string &name) const
{
    const auto found = statuses.find(name);
    return found == statuses.end() ? v1::InstanceStatus() : found->second;
}

fs::path HostWorld::diskOf(const std::string &name) const
{
    for (const fs::path &place : sys::guestPlaces(paths, fabric_id)) {
        sys::Paths guests = paths;
        guests.guests = place;
        if (fs::exists(guests.instanceDisk("d1", name)))
            return guests.instanceDisk("d1", name);
    }
    const fs::path folder = paths.instanceDisk("d1", name);
    if (geteuid() != 0 || !hellos.contains("host-1"))
        return folder;
    const std::string seen_by_host = "/proc/" + std::to_string(hellos.at("host-1").pid()) + "/root";
    return seen_by_host + folder.string();
}

bool HostWorld::hostIsFit(const std::string &host) const
{
    return hellos.contains(host) && hellos.at(host).unfit_reason().empty();
}

bool HostWorld::isReady(const std::string &name) const
{
    return status(name).state() == v1::RoleInstance::ReadyRole;
}

bool HostWorld::hasHappened(const std::string &kind) const
{
    return std::any_of(happenings.begin(), happenings.end(),
                       [&](const v1::Happening &one) { return one.kind() == kind; });
}

bool HostWorld::runcHolds(const std::string &host) const
{
    asio::io_context io;
    return !sys::SandboxTool(io, paths.runtime / "runc")
                .list(sys::sandboxPrefix(fabric_id, host))
                .empty();
}

std::string HostWorld::cgroup() const
{
    return sys::fabricCgroup(fabric_id).value_or("/slipway-" + fabric_id);
}

} // namespace slipway::test
