// The portal's and the command line's view of a fabric, free of gRPC headers. Every method is
// asynchronous and returns at once; callbacks come on any thread, and may come before the call
// returns.
#pragma once

#include "backend/proto/result.h"
#include "slipway/v1/fabric.pb.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace slipway::client
{

template <typename T> using Done = std::function<void(Result<T>)>;

// Destroying it ends the stream: no callback starts after the destructor returned.
class Subscription
{
public:
    virtual ~Subscription() = default;
};

// `ended` is called once when the server or the connection ended the stream (not after
// destruction); it carries the error, or none when the stream simply finished.
struct WatchObserver {
    std::function<void(const v1::WatchResponse &)> message;
    std::function<void(const v1::Error &)> ended;
};

struct UploadProgress {
    std::uint64_t sent_bytes = 0;
    std::uint64_t total_bytes = 0;
};

enum class ConnectionState { Connecting, Ready, Lost };

class FabricClient
{
public:
    virtual ~FabricClient() = default;

    virtual void execute(const v1::Command &command, Done<v1::CommandReply> done) = 0;

    virtual std::unique_ptr<Subscription> watch(const v1::WatchRequest &request,
                                                WatchObserver observer) = 0;
    virtual std::unique_ptr<Subscription>
    watchMetrics(const v1::MetricsRequest &request,
                 std::function<void(const v1::MetricBatch &)> batch,
                 std::function<void(const v1::Error &)> ended) = 0;
    virtual std::unique_ptr<Subscription>
    streamLogs(const v1::LogRequest &request, std::function<void(const v1::LogBatch &)> batch,
               std::function<void(const v1::Error &)> ended) = 0;

    // Sends a file in chunks and resumes by `upload_id` where an earlier try stopped. Dropping the
    // subscription cancels; the bytes sent so far are kept by the fabric for a resume.
    virtual std::unique_ptr<Subscription>
    uploadPackage(const std::filesystem::path &file, const std::string &upload_id,
                  std::function<void(UploadProgress)> progress, Done<v1::UploadReply> done) = 0;

    virtual void queryMetrics(const v1::MetricHistoryRequest &request,
                              Done<v1::MetricBatch> done) = 0;
    virtual void listEvents(const v1::EventsRequest &request, Done<v1::EventsReply> done) = 0;
    virtual void listOperations(const v1::OperationsRequest &request,
                                Done<v1::OperationsReply> done) = 0;
    virtual void status(Done<v1::FabricStatus> done) = 0;
    // Both read or write the whole store: minutes, perhaps.
    virtual void backup(const v1::BackupRequest &request, Done<v1::BackupReply> done) = 0;
    virtual void checkStore(Done<v1::CheckStoreReply> done) = 0;
    virtual void shutdown(const v1::ShutdownRequest &request, Done<v1::ShutdownReply> done) = 0;

    // Called at every change of the connection, first with the present state. One observer.
    virtual void observeConnection(std::function<void(ConnectionState)> changed) = 0;
    virtual std::string address() const = 0; // "unix:/run/slipway/fabric.sock"
};

} // namespace slipway::client
