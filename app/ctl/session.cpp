#include "app/ctl/session.h"

#include "backend/sys/random.h"

namespace slipway::ctl
{

namespace
{

constexpr std::size_t kRequestIdDigits = 32;

// Collects the chunks of one snapshot; filled on gRPC's threads, read after its end.
struct Collector {
    FabricSnapshot snapshot;
    bool whole = false;
    std::promise<v1::Error> ended;
};

v1::Error brokenSnapshot()
{
    return makeError(v1::Error::UNAVAILABLE, "SNAPSHOT_INCOMPLETE",
                     "The fabric's state did not arrive whole. Try again.");
}

} // namespace

Result<v1::CommandReply> Session::execute(v1::Command command)
{
    command.set_request_id(sys::randomHex(kRequestIdDigits));
    return await<v1::CommandReply>([&](auto done) { m_client->execute(command, std::move(done)); });
}

Result<v1::FabricStatus> Session::status()
{
    return await<v1::FabricStatus>([&](auto done) { m_client->status(std::move(done)); });
}

Result<FabricSnapshot> Session::snapshot(const std::string &service, std::uint32_t events)
{
    v1::WatchRequest request;
    request.set_service(service);
    request.set_once(true);
    request.set_recent_events(events);
    const auto collector = std::make_shared<Collector>();
    const auto watch = m_client->watch(
        request, {[collector](const v1::WatchResponse &response) {
                      for (const v1::Change &change : response.snapshot().entities())
                          collector->snapshot.apply(change);
                      collector->whole = collector->whole || response.snapshot().last();
                  },
                  [collector](const v1::Error &error) { collector->ended.set_value(error); }});
    const v1::Error error = collector->ended.get_future().get();
    if (!error.message().empty())
        return Failure(error);
    if (!collector->whole)
        return Failure(brokenSnapshot());
    return std::move(collector->snapshot);
}

Result<ServiceView> Session::service(const std::string &name)
{
    auto now = snapshot();
    if (!now)
        return Failure(now.error());
    auto found = now->service(name);
    if (!found)
        return Failure(found.error());
    return ServiceView{*std::move(now), *std::move(found)};
}

Result<v1::Operation> Session::findOperation(const std::string &id)
{
    v1::OperationsRequest request;
    request.set_id(id);
    const auto reply = await<v1::OperationsReply>(
        [&](auto done) { m_client->listOperations(request, std::move(done)); });
    if (!reply)
        return Failure(reply.error());
    for (const v1::Operation &operation : reply->operations())
        if (operation.id() == id)
            return operation;
    return failure(v1::Error::NOT_FOUND, "OPERATION_NOT_FOUND",
                   "There is no operation " + id + ". \"slipwayctl operations\" lists them.", id);
}

} // namespace slipway::ctl
