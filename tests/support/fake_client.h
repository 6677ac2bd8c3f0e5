// A fabric made of answers that the test wrote: records what was asked, pushes what the test says.
// Everything runs in the caller's thread.
#pragma once

#include "backend/client/fabric_client.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::test
{

class FakeClient : public client::FabricClient
{
public:
    using Execute = std::function<Result<v1::CommandReply>(const v1::Command &)>;

    // ---- what the test says

    // The state that the next watch (and the present one, at once) gets as a snapshot.
    void setSnapshot(std::vector<v1::Change> entities);
    // Changes over the open watch; each gets the next revision unless it has one, and stays part of
    // later snapshots.
    void push(std::vector<v1::Change> changes);
    void heartbeat();
    void resync();
    // Ends all streams as a lost connection does; watches fail until `reconnect`.
    void disconnect(const std::string &message = "the fabric cannot be reached");
    void reconnect();
    void pushMetrics(const v1::MetricBatch &batch);
    void pushLogs(const v1::LogBatch &batch);
    void endLogs(const std::string &message); // as the fabric does to a slow reader

    // Answers commands; without it every command succeeds with a running operation.
    void onExecute(Execute execute) { m_execute = std::move(execute); }
    // Answers are held back until `release`: for tests of what is shown meanwhile.
    void holdAnswers(bool hold) { m_hold = hold; }
    void release();
    void setStatus(const v1::FabricStatus &status) { m_status = status; }
    void setHistory(const v1::MetricBatch &history) { m_history = history; }
    void setEvents(const v1::EventsReply &events) { m_events = events; }
    // History and lists fail from now on; empty: they answer again.
    void failQueries(const std::string &message) { m_query_problem = message; }
    void setOperations(const v1::OperationsReply &operations) { m_operations = operations; }
    void setUploadReply(Result<v1::UploadReply> reply) { m_upload_reply = std::move(reply); }
    // An upload stays open after this many bytes, until finishUpload; 0: it ends at once.
    void stopUploadAt(std::uint64_t bytes) { m_stop_upload_at = bytes; }
    void finishUpload();
    void setAddress(const std::string &address) { m_address = address; }

    // ---- what was asked

    const std::vector<v1::Command> &commands() const { return m_commands; }
    // The last command, or an empty one.
    v1::Command lastCommand() const;
    const std::vector<v1::WatchRequest> &watches() const { return m_watch_requests; }
    bool isWatched() const { return m_watch != nullptr; }
    bool isMeasured() const { return m_metrics != nullptr; }
    bool isTailed() const { return m_logs != nullptr; }
    bool isUploading() const { return m_upload != nullptr; }
    int logStreams() const { return m_log_streams; } // opened so far
    const v1::LogRequest &lastLogRequest() const { return m_log_request; }
    const std::vector<std::string> &uploads() const { return m_uploads; } // upload ids
    const std::vector<v1::ShutdownRequest> &shutdowns() const { return m_shutdowns; }
    std::uint64_t revision() const { return m_revision; }

    // ---- client::FabricClient
    void execute(const v1::Command &command, client::Done<v1::CommandReply> done) override;
    std::unique_ptr<client::Subscription> watch(const v1::WatchRequest &request,
                                                client::WatchObserver observer) override;
    std::unique_ptr<client::Subscription>
    watchMetrics(const v1::MetricsRequest &request,
                 std::function<void(const v1::MetricBatch &)> batch,
                 std::function<void(const v1::Error &)> ended) override;
    std::unique_ptr<client::Subscription>
    streamLogs(const v1::LogRequest &request, std::function<void(const v1::LogBatch &)> batch,
               std::function<void(const v1::Error &)> ended) override;
    std::unique_ptr<client::Subscription>
    uploadPackage(const std::filesystem::path &file, const std::string &upload_id,
                  std::function<void(client::UploadProgress)> progress,
                  client::Done<v1::UploadReply> done) override;
    void queryMetrics(const v1::MetricHistoryRequest &request,
                      client::Done<v1::MetricBatch> done) override;
    void listEvents(const v1::EventsRequest &request, client::Done<v1::EventsReply> done) override;
    void listOperations(const v1::OperationsRequest &request,
                        client::Done<v1::OperationsReply> done) override;
    void backup(const v1::BackupRequest &request, client::Done<v1::BackupReply> done) override;
    void checkStore(client::Done<v1::CheckStoreReply> done) override;
    void status(client::Done<v1::FabricStatus> done) override;
    void shutdown(const v1::ShutdownRequest &request,
                  client::Done<v1::ShutdownReply> done) override;
    void observeConnection(std::function<void(client::ConnectionState)> changed) override;
    std::string address() const override { return m_address; }

private:
    void sendSnapshot();
    void remember(const v1::Change &change);
    Result<v1::CommandReply> defaultAnswer(const v1::Command &command);
    void answer(std::function<void()> deliver);

    struct MetricObserver {
        std::function<void(const v1::MetricBatch &)> batch;
        std::function<void(const v1::Error &)> ended;
    };
    struct LogObserver {
        std::function<void(const v1::LogBatch &)> batch;
        std::function<void(const v1::Error &)> ended;
    };
    struct UploadObserver {
        std::function<void(client::UploadProgress)> progress;
        client::Done<v1::UploadReply> done;
    };

    // Set while the subscriber holds its subscription.
    std::shared_ptr<client::WatchObserver> m_watch;
    std::shared_ptr<MetricObserver> m_metrics;
    std::shared_ptr<LogObserver> m_logs;
    std::shared_ptr<UploadObserver> m_upload;
    std::map<std::string, v1::Change> m_state; // by kind and id
    std::uint64_t m_revision = 0;
    bool m_connected = true;
    bool m_hold = false;
    std::deque<std::function<void()>> m_held;
    Execute m_execute;
    v1::FabricStatus m_status;
    v1::MetricBatch m_history;
    v1::EventsReply m_events;
    v1::OperationsReply m_operations;
    std::optional<Result<v1::UploadReply>> m_upload_reply;
    std::uint64_t m_stop_upload_at = 0;
    std::string m_query_problem;
    std::string m_address = "unix:/run/slipway/fabric.sock";
    std::function<void(client::ConnectionState)> m_connection_changed;
    std::vector<v1::Command> m_commands;
    std::vector<v1::WatchRequest> m_watch_requests;
    v1::LogRequest m_log_request;
    int m_log_streams = 0;
    std::vector<std::string> m_uploads;
    std::vector<v1::ShutdownRequest> m_shutdowns;
};

} // namespace slipway::test
