// A fabric of its own thread that answers what the test tells it to, and remembers what it was
// asked.
#pragma once

#include "backend/fabric/fabric.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace slipway::test
{

class FakeFabric final : public fabric::Fabric
{
public:
    FakeFabric();
    ~FakeFabric() override;

    // Runs on the fabric's thread and waits for it.
    void run(const std::function<void()> &work);

    // What the test may set before it asks; all are called on the fabric's thread.
    std::function<Result<v1::CommandReply>(const v1::Command &)> on_execute;
    std::function<void(const v1::WatchRequest &, std::shared_ptr<fabric::WatchSink>)> on_watch;
    std::function<void(const v1::LogRequest &, std::shared_ptr<fabric::LogSink>)> on_logs;
    std::function<void(const v1::MetricsRequest &, std::shared_ptr<fabric::MetricSink>)> on_metrics;
    std::function<void(v1::ShutdownRequest)> on_shutdown;
    v1::FabricStatus told_status; // before the server starts
    // Never answers a status while set.
    std::atomic<bool> silent = false;

    std::size_t watchers(); // sinks that are held
    std::string uploaded(const std::string &upload_id);
    int chunks() const { return m_chunks; }
    int dropped() const { return m_dropped; }

    void execute(v1::Command command, fabric::Done<v1::CommandReply> done) override;
    void watch(v1::WatchRequest request, std::shared_ptr<fabric::WatchSink> sink) override;
    void watchMetrics(v1::MetricsRequest request,
                      std::shared_ptr<fabric::MetricSink> sink) override;
    void streamLogs(v1::LogRequest request, std::shared_ptr<fabric::LogSink> sink) override;
    void unwatch(const void *sink) override;
    void queryMetrics(v1::MetricHistoryRequest request,
                      fabric::Done<v1::MetricBatch> done) override;
    void listEvents(v1::EventsRequest request, fabric::Done<v1::EventsReply> done) override;
    void listOperations(v1::OperationsRequest request,
                        fabric::Done<v1::OperationsReply> done) override;
    void status(fabric::Done<v1::FabricStatus> done) override;
    void queryUpload(v1::UploadQuery query, fabric::Done<v1::UploadState> done) override;
    void beginUpload(std::string attempt, v1::UploadStart start,
                     fabric::Done<v1::UploadState> done) override;
    void uploadChunk(std::string attempt, std::string bytes,
                     fabric::Done<v1::UploadState> done) override;
    void finishUpload(std::string attempt, std::string actor,
                      fabric::Done<v1::UploadReply> done) override;
    void dropUpload(std::string attempt) override;
    void backup(v1::BackupRequest request, fabric::Done<v1::BackupReply> done) override;
    void checkStore(fabric::Done<v1::CheckStoreReply> done) override;
    void shutdown(bool keep_services, std::function<void()> done) override;
    void onShutdownRequest(std::function<void(v1::ShutdownRequest)> requested) override;
    void requestShutdown(v1::ShutdownRequest request) override;

    // From so many bytes on, a chunk is answered at the next call only.
    void holdUploads(std::size_t at_bytes);

private:
    void post(std::function<void()> work);
    void loop();
    v1::UploadState state(const std::string &upload_id);

    std::map<const void *, std::shared_ptr<void>> m_sinks; // fabric's thread
    std::map<std::string, std::string> m_uploads;          // fabric's thread
    std::size_t m_hold_uploads_at = std::size_t(-1);       // fabric's thread
    std::vector<std::function<void()>> m_held;             // fabric's thread
    std::map<std::string, v1::UploadStart> m_starts;       // by attempt
    std::atomic<int> m_dropped = 0;
    std::atomic<int> m_chunks = 0;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::function<void()>> m_work;
    bool m_stop = false;
    std::thread m_thread;
};

} // namespace slipway::test
