// A machine of the tests' own: folders, an engine on them, and what it observed.
#pragma once

#include "backend/engine/local/local_engine.h"

#include <QTemporaryDir>
#include <asio.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::test
{

class HostWorld
{
public:
    HostWorld();
    ~HostWorld(); // stops the engine and waits for it

    // Hosts are started by these words before them, e.g. a program that takes rights away.
    void startHostsBy(const std::string &words);
    void startEngine(int hosts = 1);
    void setWord(bool accept_no_isolation); // the operator's, on no isolation
    void setFleet(int hosts, std::uint32_t rejoin_ms);
    void detachEngine(); // as if the controller had been killed
    bool stopEngine(std::uint32_t grace_ms = 1'000);

    v1::InstanceOrder order(const std::string &name, const std::string &program) const;
    void setOrders(const std::string &host, const std::vector<v1::InstanceOrder> &orders);
    // Turns the loop until the condition holds; false after the time limit.
    bool waitFor(const std::function<bool()> &condition, int limit_ms = 15'000);

    // As its host (host-1) sees it, whose mounts are its own, or in a place of its own.
    std::filesystem::path diskOf(const std::string &name) const;
    bool hostIsFit(const std::string &host) const;
    bool hostIsUp(const std::string &host) const { return hellos.contains(host); }
    v1::InstanceStatus status(const std::string &name) const;
    bool isReady(const std::string &name) const;
    bool hasHappened(const std::string &kind) const;
    bool runcHolds(const std::string &host) const;
    std::string cgroup() const;

    sys::Paths paths;
    std::string fabric_id;
    std::map<std::string, v1::HostHello> hellos; // the latest of each host
    std::map<std::string, v1::InstanceStatus> statuses;
    std::vector<v1::Happening> happenings;
    std::vector<v1::HostLost> lost;
    std::size_t samples = 0;
    std::function<void(const v1::InstanceStatus &)> on_status; // as it is told

private:
    void observed(const v1::Observation &observation);

    QTemporaryDir m_folder;
    std::filesystem::path m_daemon;
    engine::Fleet m_fleet;
    asio::io_context m_io;
    std::unique_ptr<engine::Engine> m_engine;
};

} // namespace slipway::test
