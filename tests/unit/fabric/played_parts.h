// A fabric whose engine and edge the test plays, and who asks and watches it.
#pragma once

#include "backend/core/core.h"
#include "backend/fabric/idle_parts.h"
#include "backend/fabric/parts.h"

#include <asio/post.hpp>
#include <atomic>
#include <future>
#include <mutex>

namespace slipway::fabric
{

// Confirms every table at once, from the fabric's thread.
class ObedientEdge final : public EdgeLink
{
public:
    explicit ObedientEdge(asio::io_context &io) : m_io(io) {}
    void start(EdgeObserver observer) override { m_observer = std::move(observer); }
    void reportAgain() override {}
    void setTable(const v1::RoutingTable &table) override
    {
        asio::post(m_io, [this, revision = table.revision()] {
            v1::EdgeReport report;
            report.set_applied_revision(revision);
            m_observer.reported(report);
        });
    }
    void stop(std::uint32_t, std::function<void()> done) override { done(); }
    void detach() override {}
    int pid() const override { return 4711; }
    int haproxyPid() const override { return 4712; }

private:
    asio::io_context &m_io;
    EdgeObserver m_observer;
};

struct EngineCalls {
    std::vector<engine::Fleet> fleets;
    std::mutex mutex; // of the fleets
    std::atomic<int> asked_again = 0;
};

class CountingEngine final : public engine::Engine
{
public:
    explicit CountingEngine(EngineCalls &calls) : m_calls(calls) {}
    void start(const engine::Fleet &fleet, engine::EngineObserver) override { setFleet(fleet); }
    void setFleet(const engine::Fleet &fleet) override
    {
        const std::lock_guard lock(m_calls.mutex);
        m_calls.fleets.push_back(fleet);
    }
    void setOrders(const std::string &, const v1::HostOrders &) override {}
    void observeAgain() override { ++m_calls.asked_again; }
    void stop(std::uint32_t, std::function<void()> done) override { done(); }
    void detach() override {}
    std::string name() const override { return "counting"; }

private:
    EngineCalls &m_calls;
};

inline FabricParts testParts()
{
    FabricParts parts;
    parts.make_engine = [](const PartsContext &) { return std::make_unique<IdleEngine>(); };
    parts.make_edge = [](const PartsContext &context) {
        return std::make_unique<ObedientEdge>(context.io);
    };
    return parts;
}

inline FabricParts countingParts(EngineCalls &calls)
{
    FabricParts parts = testParts();
    parts.make_engine = [&calls](const PartsContext &) {
        return std::make_unique<CountingEngine>(calls);
    };
    return parts;
}

struct Watcher final : WatchSink {
    bool push(const v1::WatchResponse &response) override
    {
        const std::lock_guard lock(mutex);
        received.push_back(response);
        return true;
    }
    void end(const v1::Error &error) override
    {
        const std::lock_guard lock(mutex);
        end_reason = error.reason();
        ended = true;
    }
    bool sawService(const std::string &name)
    {
        const std::lock_guard lock(mutex);
        for (const v1::WatchResponse &response : received) {
            for (const v1::Change &change : response.snapshot().entities())
                if (change.service().name() == name)
                    return true;
            for (const v1::Change &change : response.changes().changes())
                if (change.service().name() == name)
                    return true;
        }
        return false;
    }
    std::mutex mutex;
    std::vector<v1::WatchResponse> received;
    std::string end_reason;
    bool ended = false;
};

template <typename T, typename Call> Result<T> waitFor(Call call)
{
    std::promise<Result<T>> promise;
    call([&promise](Result<T> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
}

inline Result<v1::CommandReply> execute(Fabric &fabric, const v1::Command &command)
{
    return waitFor<v1::CommandReply>([&](auto done) { fabric.execute(command, done); });
}

inline v1::Command createService(const std::string &name)
{
    v1::Command command;
    command.set_request_id("create-" + name);
    command.mutable_create_service()->set_name(name);
    return command;
}

inline void end(Fabric &fabric, bool keep_services = false)
{
    std::promise<void> promise;
    fabric.shutdown(keep_services, [&promise] { promise.set_value(); });
    promise.get_future().wait();
}

} // namespace slipway::fabric
