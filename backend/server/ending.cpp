#include "backend/server/ending.h"

#include <chrono>
#include <future>
#include <spdlog/spdlog.h>
#include <thread>

namespace slipway::server
{

namespace
{

// From the beginning. Its own limit is about 1 s; a starved machine needs longer.
constexpr auto kDoorMax = std::chrono::milliseconds(4'000);
constexpr auto kFreeMax = std::chrono::milliseconds(500);

// The fabric's destructor waits for a job of its worker that cannot be interrupted.
bool freedInTime(std::unique_ptr<fabric::Fabric> fabric, std::unique_ptr<Server> server)
{
    std::promise<void> freed;
    auto done = freed.get_future();
    std::thread thread([promise = std::move(freed), fabric = std::move(fabric),
                        server = std::move(server)]() mutable {
        server.reset();
        fabric.reset();
        promise.set_value();
    });
    const bool in_time = done.wait_for(kFreeMax) == std::future_status::ready;
    in_time ? thread.join() : thread.detach();
    return in_time;
}

} // namespace

bool endTogether(std::unique_ptr<fabric::Fabric> fabric, std::unique_ptr<Server> server,
                 bool keep_services)
{
    if (!fabric)
        return true;
    fabric->onShutdownRequest(nullptr);
    std::promise<void> door_closed;
    auto closed = door_closed.get_future();
    const auto begun = std::chrono::steady_clock::now();
    std::thread door([door = server.get(), promise = std::move(door_closed)]() mutable {
        if (door)
            door->stop();
        promise.set_value();
    });
    std::promise<void> ended;
    fabric->shutdown(keep_services, [&ended] { ended.set_value(); });
    ended.get_future().wait();
    if (closed.wait_until(begun + kDoorMax) == std::future_status::ready) {
        door.join();
        if (freedInTime(std::move(fabric), std::move(server)))
            return true;
        spdlog::warn("A package is still being unpacked although the fabric has ended; that is "
                     "left, and cleared up at the next start.");
        return false;
    }
    spdlog::warn("A request is still held although the fabric has ended; it is left behind.");
    door.detach();
    [[maybe_unused]] const auto *kept_server = server.release();
    [[maybe_unused]] const auto *kept_fabric = fabric.release();
    return false;
}

} // namespace slipway::server
