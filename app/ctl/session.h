// A fabric asked in plain, blocking steps: a command line has nothing else to do meanwhile.
#pragma once

#include "app/ctl/fabric_snapshot.h"
#include "backend/client/connect.h"

#include <chrono>
#include <future>

namespace slipway::ctl
{

// The state of now, and one service of it.
struct ServiceView {
    FabricSnapshot snapshot;
    v1::CloudService service;
};

class Session
{
public:
    explicit Session(const std::string &address) : m_client(client::connect(address)) {}
    explicit Session(std::unique_ptr<client::FabricClient> client) : m_client(std::move(client)) {}

    client::FabricClient &client() { return *m_client; }

    // Calls `start` with a callback and waits for it; every call of the client ends by itself.
    template <typename T, typename Start> Result<T> await(Start start)
    {
        const auto promise = std::make_shared<std::promise<Result<T>>>();
        std::future<Result<T>> answer = promise->get_future();
        start([promise](Result<T> result) { promise->set_value(std::move(result)); });
        return answer.get();
    }

    // Sends it under a fresh request id.
    Result<v1::CommandReply> execute(v1::Command command);
    Result<v1::FabricStatus> status();
    // The state of now: of one service, or all (empty). A service that does not exist gives an
    // empty snapshot.
    Result<FabricSnapshot> snapshot(const std::string &service = {}, std::uint32_t events = 1);
    // NOT_FOUND SERVICE_NOT_FOUND, naming those that exist.
    Result<ServiceView> service(const std::string &name);
    // NOT_FOUND OPERATION_NOT_FOUND.
    Result<v1::Operation> findOperation(const std::string &id);

private:
    std::unique_ptr<client::FabricClient> m_client;
};

} // namespace slipway::ctl
