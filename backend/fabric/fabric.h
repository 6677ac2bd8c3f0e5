// The shell round the deterministic core: one thread that owns state, store, engine, edge and
// timers. The server (gRPC) and the daemon or portal that embeds it see this header only.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/paths.h"
#include "slipway/v1/fabric.pb.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slipway::fabric
{

class Fabric;

struct FabricOptions {
    sys::Paths paths;
    std::filesystem::path socket;         // gRPC; its folder is paths.runtime
    std::filesystem::path daemon_program; // slipwayd, for hosts and edge
    std::string engine = "local";         // or "none"
    std::uint32_t hosts = 0;              // 0: as stored, else the default of 6
    std::uint32_t fault_domains = 0;      // 0: as stored, else the default of 2
    bool accept_no_isolation = false;     // the operator's word; stored, taken back in the settings
    // The operator's word: a new fabric begins here although something of an earlier one lies here.
    bool first_start = false;
    bool embedded = false;
    // Called before anything is started, with the fabric that callers will have; what they ask
    // meanwhile waits. Its error ends the opening: a door that does not open leaves nothing behind.
    std::function<Result<void>(Fabric &)> open_door;
};

template <typename T> using Done = std::function<void(Result<T>)>;

// A bounded queue towards one reader, whom the fabric never waits for. `push` says false: no room.
// Of a snapshot it is tried again a little later; else the reader is too slow, and gets a Resync.
class WatchSink
{
public:
    virtual ~WatchSink() = default;
    virtual bool push(const v1::WatchResponse &response) = 0;
    virtual void end(const v1::Error &error) = 0; // Error::UNKNOWN with no message: simply over
};
class MetricSink
{
public:
    virtual ~MetricSink() = default;
    virtual bool push(const v1::MetricBatch &batch) = 0;
    virtual void end(const v1::Error &error) = 0;
};
class LogSink
{
public:
    virtual ~LogSink() = default;
    virtual bool
    push(const v1::LogBatch &batch) = 0; // false: try the same batch again a little later
    virtual void end(const v1::Error &error) = 0;
};

// All methods may be called on any thread and return at once; `done` and sinks are called on the
// fabric's thread. Sinks are held until they end or `unwatch` is called with them.
class Fabric
{
public:
    virtual ~Fabric() = default;

    virtual void execute(v1::Command command, Done<v1::CommandReply> done) = 0;
    virtual void watch(v1::WatchRequest request, std::shared_ptr<WatchSink> sink) = 0;
    virtual void watchMetrics(v1::MetricsRequest request, std::shared_ptr<MetricSink> sink) = 0;
    virtual void streamLogs(v1::LogRequest request, std::shared_ptr<LogSink> sink) = 0;
    virtual void unwatch(const void *sink) = 0;

    virtual void queryMetrics(v1::MetricHistoryRequest request, Done<v1::MetricBatch> done) = 0;
    virtual void listEvents(v1::EventsRequest request, Done<v1::EventsReply> done) = 0;
    virtual void listOperations(v1::OperationsRequest request, Done<v1::OperationsReply> done) = 0;
    virtual void status(Done<v1::FabricStatus> done) = 0;

    // Uploads: bytes go to a file under paths.uploads; finishing reads, validates and stores the
    // package on a worker thread and then registers it. `attempt` is made by the caller and names
    // one carrier of bytes: a random id, never used twice. The offset must be what queryUpload
    // says. Whoever carries no more calls dropUpload(), in any case: what came is kept for an hour.
    virtual void queryUpload(v1::UploadQuery query, Done<v1::UploadState> done) = 0;
    virtual void beginUpload(std::string attempt, v1::UploadStart start,
                             Done<v1::UploadState> done) = 0;
    virtual void uploadChunk(std::string attempt, std::string bytes,
                             Done<v1::UploadState> done) = 0;
    virtual void finishUpload(std::string attempt, std::string actor,
                              Done<v1::UploadReply> done) = 0;
    virtual void dropUpload(std::string attempt) = 0;

    // A copy of the store while it runs: written on a worker thread, or, when the store's file is
    // no longer this fabric's, from what is still open. Errors: BACKUP_FILE_EXISTS and its like.
    virtual void backup(v1::BackupRequest request, Done<v1::BackupReply> done) = 0;
    // Reads the whole store and every package on a worker thread; changes nothing.
    virtual void checkStore(Done<v1::CheckStoreReply> done) = 0;

    // Ends all watches and instances, hosts and edge (or leaves them running), closes the store and
    // stops the thread; `done` is called last, on the fabric's thread. Idempotent.
    virtual void shutdown(bool keep_services, std::function<void()> done) = 0;
    // Called when somebody asked for the end over the wire.
    virtual void onShutdownRequest(std::function<void(v1::ShutdownRequest)> requested) = 0;
    // The server's side of it: hands the wish to whoever registered; ends nothing by itself.
    virtual void requestShutdown(v1::ShutdownRequest request) = 0;
};

// Takes the data folder's lock, opens the store, starts the thread, adopts or starts hosts and
// edge.
Result<std::unique_ptr<Fabric>> openFabric(const FabricOptions &options);

} // namespace slipway::fabric
