#include "backend/server/ending.h"

#include <chrono>
#include <future>
#include <spdlog/spdlog.h>
#include <thread>

namespace slipway::server
{

namespace
{
constexpr auto kDoorMax = std::chrono::milliseconds(1'500); // its own limit is about 1 s
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
        server.reset();
        fabric.reset();
        return true;
    }
    spdlog::warn("A request is still held although the fabric has ended; it is left behind.");
    door.detach();
    [[maybe_unused]] const auto *kept_server = server.release();
    [[maybe_unused]] const auto *kept_fabric = fabric.release();
    return false;
}

} // namespace slipway::server
