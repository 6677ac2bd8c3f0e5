#pragma once

#include "backend/fabric/fabric.h"
#include "backend/server/stream_registry.h"
#include "slipway/v1/fabric.grpc.pb.h"

namespace slipway::server
{

// Every handler hands over to the fabric and returns; the answers come from the fabric's thread.
class FabricService final : public v1::Fabric::CallbackService
{
public:
    explicit FabricService(fabric::Fabric &fabric);

    void endStreams(const v1::Error &error) { m_streams.endAll(error); }

    using Context = grpc::CallbackServerContext;
    grpc::ServerUnaryReactor *Execute(Context *context, const v1::Command *command,
                                      v1::CommandReply *reply) override;
    grpc::ServerWriteReactor<v1::WatchResponse> *Watch(Context *context,
                                                       const v1::WatchRequest *request) override;
    grpc::ServerReadReactor<v1::UploadRequest> *UploadPackage(Context *context,
                                                              v1::UploadReply *reply) override;
    grpc::ServerUnaryReactor *QueryUpload(Context *context, const v1::UploadQuery *query,
                                          v1::UploadState *state) override;
    grpc::ServerWriteReactor<v1::MetricBatch> *
    WatchMetrics(Context *context, const v1::MetricsRequest *request) override;
    grpc::ServerUnaryReactor *QueryMetrics(Context *context,
                                           const v1::MetricHistoryRequest *request,
                                           v1::MetricBatch *batch) override;
    grpc::ServerWriteReactor<v1::LogBatch> *StreamLogs(Context *context,
                                                       const v1::LogRequest *request) override;
    grpc::ServerUnaryReactor *ListEvents(Context *context, const v1::EventsRequest *request,
                                         v1::EventsReply *reply) override;
    grpc::ServerUnaryReactor *ListOperations(Context *context, const v1::OperationsRequest *request,
                                             v1::OperationsReply *reply) override;
    grpc::ServerUnaryReactor *GetStatus(Context *context, const v1::StatusRequest *request,
                                        v1::FabricStatus *status) override;
    grpc::ServerUnaryReactor *Backup(Context *context, const v1::BackupRequest *request,
                                     v1::BackupReply *reply) override;
    grpc::ServerUnaryReactor *CheckStore(Context *context, const v1::CheckStoreRequest *request,
                                         v1::CheckStoreReply *reply) override;
    grpc::ServerUnaryReactor *Shutdown(Context *context, const v1::ShutdownRequest *request,
                                       v1::ShutdownReply *reply) override;

private:
    fabric::Fabric &m_fabric;
    std::string m_user;
    StreamRegistry m_streams;
};

} // namespace slipway::server
