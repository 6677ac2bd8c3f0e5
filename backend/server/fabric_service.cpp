#include "backend/server/fabric_service.h"

#include "backend/server/caller.h"
#include "backend/server/stream_call.h"
#include "backend/server/stream_sinks.h"
#include "backend/server/unary_call.h"
#include "backend/server/upload_call.h"
#include "backend/sys/user.h"

namespace slipway::server
{

namespace
{

// `ask` gets the callback that answers the call.
template <typename Response, typename Ask> grpc::ServerUnaryReactor *
answer(const grpc::CallbackServerContext &context, Response *response, Ask ask)
{
    auto *call = new UnaryCall<Response>(response, detailBytesOf(context)); // deletes itself
    ask(call->done());
    return call;
}

Failure ownerOnly(const std::string &what)
{
    return failure(v1::Error::PERMISSION_DENIED, "OWNER_ONLY",
                   what + " only over its Unix socket, by its owner. Use --socket instead of "
                          "--connect.");
}

// `open` gets the sink and hands it to the fabric.
template <typename Queue, typename Response, typename Open>
grpc::ServerWriteReactor<Response> *openStream(const grpc::CallbackServerContext &context,
                                               fabric::Fabric &fabric, StreamRegistry &streams,
                                               Open open)
{
    const auto queue = std::make_shared<Queue>();
    const void *key = queue->key();
    auto *call = new StreamCall<Response>(queue, streams, detailBytesOf(context),
                                          [&fabric, key] { fabric.unwatch(key); });
    open(queue);
    streams.add(queue);
    return call;
}

} // namespace

FabricService::FabricService(fabric::Fabric &fabric) : m_fabric(fabric), m_user(sys::userName()) {}

grpc::ServerUnaryReactor *FabricService::Execute(Context *context, const v1::Command *command,
                                                 v1::CommandReply *reply)
{
    v1::Command owned = *command;
    owned.set_actor(actorOf(*context, m_user));
    return answer(*context, reply,
                  [&](auto done) { m_fabric.execute(std::move(owned), std::move(done)); });
}

grpc::ServerWriteReactor<v1::WatchResponse> *FabricService::Watch(Context *context,
                                                                  const v1::WatchRequest *request)
{
    return openStream<WatchQueue, v1::WatchResponse>(
        *context, m_fabric, m_streams, [&](auto queue) { m_fabric.watch(*request, queue); });
}

grpc::ServerReadReactor<v1::UploadRequest> *FabricService::UploadPackage(Context *context,
                                                                         v1::UploadReply *reply)
{
    return new UploadCall(m_fabric, reply, actorOf(*context, m_user), detailBytesOf(*context));
}

grpc::ServerUnaryReactor *FabricService::QueryUpload(Context *context, const v1::UploadQuery *query,
                                                     v1::UploadState *state)
{
    return answer(*context, state,
                  [&](auto done) { m_fabric.queryUpload(*query, std::move(done)); });
}

grpc::ServerWriteReactor<v1::MetricBatch> *
FabricService::WatchMetrics(Context *context, const v1::MetricsRequest *request)
{
    return openStream<MetricQueue, v1::MetricBatch>(
        *context, m_fabric, m_streams, [&](auto queue) { m_fabric.watchMetrics(*request, queue); });
}

grpc::ServerUnaryReactor *FabricService::QueryMetrics(Context *context,
                                                      const v1::MetricHistoryRequest *request,
                                                      v1::MetricBatch *batch)
{
    return answer(*context, batch,
                  [&](auto done) { m_fabric.queryMetrics(*request, std::move(done)); });
}

grpc::ServerWriteReactor<v1::LogBatch> *FabricService::StreamLogs(Context *context,
                                                                  const v1::LogRequest *request)
{
    return openStream<LogQueue, v1::LogBatch>(
        *context, m_fabric, m_streams, [&](auto queue) { m_fabric.streamLogs(*request, queue); });
}

grpc::ServerUnaryReactor *FabricService::ListEvents(Context *context,
                                                    const v1::EventsRequest *request,
                                                    v1::EventsReply *reply)
{
    return answer(*context, reply,
                  [&](auto done) { m_fabric.listEvents(*request, std::move(done)); });
}

grpc::ServerUnaryReactor *FabricService::ListOperations(Context *context,
                                                        const v1::OperationsRequest *request,
                                                        v1::OperationsReply *reply)
{
    return answer(*context, reply,
                  [&](auto done) { m_fabric.listOperations(*request, std::move(done)); });
}

grpc::ServerUnaryReactor *FabricService::GetStatus(Context *context, const v1::StatusRequest *,
                                                   v1::FabricStatus *status)
{
    return answer(*context, status, [&](auto done) { m_fabric.status(std::move(done)); });
}

// The file is written with the fabric's rights: only to whom these are.
grpc::ServerUnaryReactor *FabricService::Backup(Context *context, const v1::BackupRequest *request,
                                                v1::BackupReply *reply)
{
    return answer(*context, reply, [&](auto done) {
        if (!cameByUnixSocket(*context))
            return done(ownerOnly("The store can be copied"));
        m_fabric.backup(*request, std::move(done));
    });
}

grpc::ServerUnaryReactor *FabricService::CheckStore(Context *context, const v1::CheckStoreRequest *,
                                                    v1::CheckStoreReply *reply)
{
    return answer(*context, reply, [&](auto done) { m_fabric.checkStore(std::move(done)); });
}

grpc::ServerUnaryReactor *FabricService::Shutdown(Context *context,
                                                  const v1::ShutdownRequest *request,
                                                  v1::ShutdownReply *reply)
{
    return answer(*context, reply, [&](const auto &done) {
        if (!cameByUnixSocket(*context))
            return done(ownerOnly("The fabric can be stopped"));
        done(v1::ShutdownReply()); // answered first: the end of the fabric ends this call
        m_fabric.requestShutdown(*request);
    });
}

} // namespace slipway::server
