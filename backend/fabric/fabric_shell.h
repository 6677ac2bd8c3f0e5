// The fabric's thread and everything it owns, wired together.
#pragma once

#include "backend/fabric/dispatcher.h"
#include "backend/fabric/inbox.h"
#include "backend/fabric/keeping.h"
#include "backend/fabric/log_hub.h"
#include "backend/fabric/machine.h"
#include "backend/fabric/metric_hub.h"
#include "backend/fabric/parts.h"
#include "backend/fabric/startup.h"
#include "backend/fabric/upload_desk.h"
#include "backend/fabric/watch_hub.h"
#include "backend/fabric/worker.h"
#include "backend/packages/package_store.h"

#include <asio/executor_work_guard.hpp>
#include <map>
#include <mutex>
#include <thread>

namespace slipway::fabric
{

// Public methods only hand over to the fabric's thread; everything private runs on it. One turn of
// the thread: apply what came, commit once, tell watchers, answer, carry out the plan.
class FabricShell final : public Fabric
{
public:
    FabricShell(const FabricOptions &options, OpenedData opened, const FabricParts &parts);
    // Without shutdown() it lets go of what runs, as a killed controller does. Not on its own
    // thread.
    ~FabricShell() override;
    // Starts, or adopts, hosts and edge. Until then commands wait.
    void start();

    void execute(v1::Command command, Done<v1::CommandReply> done) override;
    void watch(v1::WatchRequest request, std::shared_ptr<WatchSink> sink) override;
    void watchMetrics(v1::MetricsRequest request, std::shared_ptr<MetricSink> sink) override;
    void streamLogs(v1::LogRequest request, std::shared_ptr<LogSink> sink) override;
    void unwatch(const void *sink) override;
    void queryMetrics(v1::MetricHistoryRequest request, Done<v1::MetricBatch> done) override;
    void listEvents(v1::EventsRequest request, Done<v1::EventsReply> done) override;
    void listOperations(v1::OperationsRequest request, Done<v1::OperationsReply> done) override;
    void status(Done<v1::FabricStatus> done) override;
    void queryUpload(v1::UploadQuery query, Done<v1::UploadState> done) override;
    void beginUpload(std::string attempt, v1::UploadStart start,
                     Done<v1::UploadState> done) override;
    void uploadChunk(std::string attempt, std::string bytes, Done<v1::UploadState> done) override;
    void finishUpload(std::string attempt, std::string actor, Done<v1::UploadReply> done) override;
    void dropUpload(std::string attempt) override;
    void backup(v1::BackupRequest request, Done<v1::BackupReply> done) override;
    void checkStore(Done<v1::CheckStoreReply> done) override;
    void shutdown(bool keep_services, std::function<void()> done) override;
    void onShutdownRequest(std::function<void(v1::ShutdownRequest)> requested) override;
    void requestShutdown(v1::ShutdownRequest request) override;

private:
    // Runs `work` on the fabric's thread; `refuse` instead when the fabric has ended or is ending.
    void post(std::function<void()> work, std::function<void(const v1::Error &)> refuse);
    // Runs `work`, whose result goes to `done`.
    template <typename T> void answer(Done<T> done, std::function<Result<T>()> work);

    // For what is answered later than in its own turn: when the fabric ends meanwhile it is refused
    // then, and whatever comes afterwards goes nowhere. On the fabric's thread.
    template <typename T> Done<T> hold(Done<T> done);
    void refuseHeld();

    void runThread();
    void begin();
    void admitWaiting();
    void startEngine();
    void startEdge();
    void restoreMetrics();
    std::string howStarted();

    void addWatch(const v1::WatchRequest &request, const std::shared_ptr<WatchSink> &sink);

    // A turn (fabric_turn.cpp).
    void wake();
    void runTurn();
    void commitInputs();
    void planWhenDue();
    void planLater(std::int64_t delay_ms);
    void publish(const Committed &committed);
    void tell(const v1::Happening &happening);
    void observe(const v1::Observation &observation);
    void readInboxSoon();
    void readInbox();
    void armDeadline(std::int64_t deadline_ms);
    void pumpSnapshots();
    void nextSecond();
    void everySecond();
    void noticeSleep();
    void keepMinutes(const v1::MetricBatch &minutes);
    Keeping::Facts keepingFacts() const;

    // The locks (fabric_locks.cpp).
    void followLocks();
    void tellSwept();
    void tellRuntimeProblem(const std::string &problem);

    // Commands (fabric_commands.cpp).
    void admit(v1::Command command, Done<v1::CommandReply> done);
    Result<std::vector<v1::Problem>> readConfiguration(v1::Command &command) const;
    v1::FabricStatus describe() const;

    // Uploads (fabric_uploads.cpp).
    struct WaitingQuery {
        std::string upload_id;
        int looks = 0; // left
        Done<v1::UploadState> done;
    };
    void answerQuery(WaitingQuery query);
    void lookAgain();
    void beginAttempt(const std::string &attempt, const v1::UploadStart &start,
                      const Done<v1::UploadState> &done);
    void writeChunk(const std::string &attempt, std::string bytes,
                    const Done<v1::UploadState> &done);
    void storePackage(const CompleteUpload &upload, const std::string &attempt,
                      const std::string &actor, Done<v1::UploadReply> done);
    void registerPackage(const v1::Package &package, Done<v1::UploadReply> done);

    // What is left of what is gone (fabric_leftovers.cpp).
    void followChanges(const std::vector<v1::Change> &changes);
    std::optional<std::string> wordOfDeletion(v1::Removed::Kind kind, const std::string &id) const;
    void throwPackageAway(const std::string &digest);
    void forgetDeployments(const std::vector<std::string> &ids);
    void throwRestAway(const std::string &deployment_id, const std::string &why);
    std::vector<sys::Paths> diskPlaces() const;
    const std::string &fabricId() const { return m_machine.state().settings.fabric_id(); }
    void removeOrphans();
    void removeLeftovers();

    // The end, step by step (fabric_shutdown.cpp).
    void beginShutdown(bool keep_services);
    void stopEdge();
    void stopEngine();
    void guardStep(std::uint32_t limit_ms, std::function<void()> next);
    void stepDone(std::uint64_t step, const std::function<void()> &next);
    void closeDown();

    FabricOptions m_options;
    StationObserver m_passed;
    sys::SystemClock m_clock;
    asio::io_context m_io;
    asio::executor_work_guard<asio::io_context::executor_type> m_work;
    OpenedData m_opened;
    Keeping m_keeping;
    packages::PackageStore m_packages;
    Machine m_machine;
    Inbox m_inbox;
    bool m_inbox_scheduled = false;
    WatchHub m_watches;
    MetricHub m_metrics;
    LogHub m_logs;
    UploadDesk m_uploads;
    std::unique_ptr<engine::Engine> m_engine;
    std::unique_ptr<EdgeLink> m_edge;
    std::unique_ptr<Dispatcher> m_dispatcher;
    std::string m_engine_name;
    std::vector<WaitingQuery> m_queries;
    std::map<std::uint64_t, std::function<void(const v1::Error &)>> m_held; // how to refuse them
    std::uint64_t m_last_held = 0;
    std::unique_ptr<Worker> m_worker; // packages
    std::unique_ptr<Worker> m_writer; // uploads on their way

    asio::steady_timer m_second_timer;
    asio::steady_timer m_deadline_timer;
    asio::steady_timer m_plan_timer; // after a plan that took long
    asio::steady_timer m_pump_timer; // while a reader takes its snapshot slowly
    asio::steady_timer m_step_timer;
    asio::steady_timer m_query_timer;
    std::int64_t m_start_time_ms;
    std::int64_t m_slept_ms = 0; // the machine, since it booted
    std::uint64_t m_seconds = 0;
    std::uint64_t m_removals = 0;  // of packages, since the start
    std::string m_runtime_problem; // that was told
    bool m_more_to_forget = false; // of the history
    std::uint64_t m_step = 0;      // of the shutdown; a late answer of an earlier step is ignored
    std::vector<std::function<void()>> m_waiting; // for begin()
    bool m_begun = false;
    bool m_turn_scheduled = false;
    bool m_plan_due = true;
    std::int64_t m_next_plan_ms = 0; // no earlier
    bool m_ending = false;
    bool m_closed = false; // the end of the end: `done` was called
    bool m_keep_services = false;
    std::vector<std::function<void()>> m_shutdown_done;
    std::function<void(v1::ShutdownRequest)> m_shutdown_requested;

    std::mutex m_door; // guards m_ended: nothing is posted any more once the thread runs out
    bool m_ended = false;
    std::thread m_thread;
};

template <typename T> void FabricShell::answer(Done<T> done, std::function<Result<T>()> work)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    post([done, work = std::move(work)] { done(work()); }, refuse);
}

template <typename T> Done<T> FabricShell::hold(Done<T> done)
{
    const std::uint64_t id = ++m_last_held;
    m_held[id] = [done](const v1::Error &error) { done(Failure(error)); };
    return [this, id, done = std::move(done)](Result<T> result) {
        if (m_held.erase(id) > 0)
            done(std::move(result));
    };
}

} // namespace slipway::fabric
