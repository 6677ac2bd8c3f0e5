// The portal's conversation with one fabric: the watch, its loss and its return, commands and
// questions. Everything it hands out arrives in the GUI thread. Commands never edit models: their
// effect comes back over the watch.
#pragma once

#include "backend/client/fabric_client.h"
#include "backend/sys/clock.h"
#include "models/base/fabric_store.h"
#include "models/base/inbox.h"

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <deque>
#include <functional>
#include <memory>

namespace slipway::models
{

class Session : public QObject
{
    Q_OBJECT

public:
    enum class State {
        Disconnected, // nothing was ever heard of this fabric
        Connecting,
        Syncing, // the first snapshot is on its way
        Live,
        Stale, // rows are the last known ones; it reconnects by itself
    };
    template <typename T> using Answer = std::function<void(Result<T>)>; // GUI thread

    // The client, the store and the clock must outlive the session.
    Session(client::FabricClient &client, FabricStore &store, const sys::Clock &clock,
            QObject *parent = nullptr);
    ~Session() override;

    void start();
    // Ends the subscription; no answer is delivered after it. Part of the shutdown script.
    void stop();
    void reconnectNow();

    State state() const { return m_state; }
    bool isLive() const { return m_state == State::Live; }
    std::int64_t staleSinceMs() const { return m_stale_since_ms; } // 0: not stale
    QString lastProblem() const { return m_last_problem; }
    QString address() const; // "unix:/run/slipway/fabric.sock"
    bool isLocal() const;    // over a Unix socket: this machine's own fabric
    const v1::FabricStatus &status() const { return m_status; }
    const v1::VmSize *size(const std::string &name) const; // nullptr: unknown, or no status yet
    FabricStore &store() const { return m_store; }
    client::FabricClient &client() const { return m_client; }
    const sys::Clock &clock() const { return m_clock; }
    std::int64_t nowMs() const { return m_clock.wallMs(); }

    // Sends with a fresh request id (unless it has one) and repeats with the same id while the
    // fabric cannot be reached for a moment. `done` is dropped when `context` dies first.
    void execute(v1::Command command, QObject *context, Answer<v1::CommandReply> done);
    // The same for a click: an error is announced by commandFailed, success by commandAccepted.
    void run(v1::Command command, const QString &title);
    void cancelOperation(const std::string &id);

    void listEvents(const v1::EventsRequest &request, QObject *context,
                    Answer<v1::EventsReply> done);
    void listOperations(const v1::OperationsRequest &request, QObject *context,
                        Answer<v1::OperationsReply> done);
    void queryMetrics(const v1::MetricHistoryRequest &request, QObject *context,
                      Answer<v1::MetricBatch> done);
    // Dropping the subscription cancels; the same upload id resumes. Progress at most every 33 ms.
    std::unique_ptr<client::Subscription>
    uploadPackage(const QString &file, const std::string &upload_id, QObject *context,
                  std::function<void(client::UploadProgress)> progress,
                  Answer<v1::UploadReply> done);
    void shutdownFabric(const v1::ShutdownRequest &request, QObject *context,
                        Answer<v1::ShutdownReply> done);

    static std::string freshId(); // 32 hex digits

Q_SIGNALS:
    void stateChanged(slipway::models::Session::State state);
    void statusChanged();
    void commandAccepted(const QString &title, const slipway::v1::CommandReply &reply);
    void commandFailed(const QString &title, const slipway::v1::Error &error);

private:
    void subscribe();
    void onBatch(WatchBatch batch);
    void applyNextPart();
    void apply(const WatchBatch &batch);
    void dropBatches();
    void onEnded(std::uint64_t epoch, const v1::Error &error);
    void onConnection(client::ConnectionState state);
    void enter(State state);
    void lose(const QString &problem);
    void checkSilence();
    void askStatus();
    void send(const v1::Command &command, int attempt, QPointer<QObject> context,
              Answer<v1::CommandReply> done);
    template <typename T>
    client::Done<T> toGui(QObject *context, Answer<T> done); // hops, and drops if context died

    client::FabricClient &m_client;
    FabricStore &m_store;
    const sys::Clock &m_clock;
    std::shared_ptr<GuiHop> m_hop;
    Inbox<WatchBatch> m_inbox;
    std::deque<WatchBatch> m_batches; // large ones: a part in each turn of the event loop
    QTimer m_part_timer;
    std::unique_ptr<client::Subscription> m_watch;
    std::uint64_t m_epoch = 0;
    bool m_running = false;
    bool m_synced = false; // the store holds a whole snapshot
    State m_state = State::Disconnected;
    std::int64_t m_stale_since_ms = 0;
    QString m_last_problem;
    v1::FabricStatus m_status;
    int m_backoff_ms = 0;
    QTimer m_retry;
    QTimer m_status_timer;
    QTimer m_silence_timer;
    QElapsedTimer m_last_heard;
};

} // namespace slipway::models
