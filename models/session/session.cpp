#include "models/session/session.h"

#include "models/base/words.h"

#include <QRandomGenerator>
#include <QThreadPool>
#include <QUuid>
#include <algorithm>

namespace slipway::models
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kBackoffFirstMs = 100;
constexpr int kBackoffMaxMs = 3000;
constexpr int kStatusPeriodMs = 3000;
constexpr int kHeartbeatMs = 2000;
constexpr int kSilenceMs = 3 * kHeartbeatMs; // three heartbeats missed
constexpr std::size_t kPartSize = 2000;      // changes that are applied in one turn
constexpr int kSendAttempts = 6;
constexpr int kSendPauseMs = 400;

// The stream ends before the inbox that hears of its progress.
struct Upload final : client::Subscription {
    explicit Upload(std::function<void(client::UploadProgress)> progress)
        : inbox(std::move(progress))
    {
    }
    Inbox<client::UploadProgress> inbox;
    std::unique_ptr<client::Subscription> stream;
};

// What a large batch leaves behind takes longer to free than a frame lasts: not in this thread.
void discard(WatchBatch batch)
{
    if (batch.changes.size() > kPartSize) {
        auto rest = std::make_shared<WatchBatch>(std::move(batch));
        QThreadPool::globalInstance()->start([rest = std::move(rest)]() mutable { rest.reset(); });
    }
}

} // namespace

Session::Session(client::FabricClient &client, FabricStore &store, const sys::Clock &clock,
                 QObject *parent)
    : QObject(parent), m_client(client), m_store(store), m_clock(clock),
      m_hop(std::make_shared<GuiHop>(this)),
      m_inbox([this](WatchBatch batch) { onBatch(std::move(batch)); })
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &Session::subscribe);
    m_part_timer.setInterval(0);
    connect(&m_part_timer, &QTimer::timeout, this, &Session::applyNextPart);
    m_status_timer.setInterval(kStatusPeriodMs);
    connect(&m_status_timer, &QTimer::timeout, this, &Session::askStatus);
    m_silence_timer.setInterval(kHeartbeatMs);
    connect(&m_silence_timer, &QTimer::timeout, this, &Session::checkSilence);
}

Session::~Session()
{
    stop();
    m_hop->close();
}

void Session::start()
{
    if (std::exchange(m_running, true)) {
        return;
    }
    m_client.observeConnection([hop = m_hop, this](client::ConnectionState state) {
        hop->post([this, state] { onConnection(state); });
    });
    subscribe();
}

void Session::stop()
{
    if (!std::exchange(m_running, false)) {
        return;
    }
    m_client.observeConnection({});
    m_watch.reset();
    m_inbox.newEpoch();
    dropBatches();
    ++m_epoch;
    m_retry.stop();
    m_status_timer.stop();
    m_silence_timer.stop();
    enter(m_synced ? State::Stale : State::Disconnected);
}

void Session::reconnectNow()
{
    if (m_running && m_state != State::Live) {
        m_backoff_ms = 0;
        subscribe();
    }
}

QString Session::address() const
{
    return text(m_client.address());
}

bool Session::isLocal() const
{
    return address().startsWith(u"unix:"_s);
}

const v1::VmSize *Session::size(const std::string &name) const
{
    const auto &sizes = m_status.sizes();
    const auto found = std::find_if(sizes.begin(), sizes.end(),
                                    [&name](const auto &size) { return size.name() == name; });
    return found == sizes.end() ? nullptr : &*found;
}

void Session::subscribe()
{
    m_retry.stop();
    m_watch.reset();
    const auto epoch = ++m_epoch;
    auto sender = m_inbox.newEpoch();
    dropBatches();
    if (m_state == State::Disconnected) {
        enter(State::Connecting);
    }
    v1::WatchRequest request;
    if (m_synced) {
        request.set_since_revision(m_store.revision());
        request.set_fabric_id(m_store.fabricId());
    }
    client::WatchObserver observer;
    observer.message = [sender](const v1::WatchResponse &response) {
        sender.send([&response](WatchBatch &batch) { batch.add(response); });
    };
    observer.ended = [hop = m_hop, this, epoch](const v1::Error &error) {
        hop->post([this, epoch, error] { onEnded(epoch, error); });
    };
    m_last_heard.start();
    m_silence_timer.start();
    m_watch = m_client.watch(request, std::move(observer));
}

// A large fabric's first snapshot is shown in parts, so that the window never stands still. A later
// snapshot is taken as a whole: what it does not name goes.
void Session::onBatch(WatchBatch batch)
{
    m_last_heard.start();
    m_batches.push_back(std::move(batch));
    if (m_batches.size() == 1 && m_batches.front().changes.size() <= kPartSize) {
        applyNextPart();
    } else {
        m_part_timer.start();
    }
}

void Session::applyNextPart()
{
    auto &first = m_batches.front();
    const bool whole = first.snapshot && !m_store.fabricId().empty() && !first.isBegun();
    const auto part = first.takePart(whole ? first.changes.size() : kPartSize);
    if (first.isTaken()) {
        discard(std::move(first));
        m_batches.pop_front();
    }
    if (m_batches.empty()) {
        m_part_timer.stop();
    }
    apply(part);
}

void Session::dropBatches()
{
    m_batches.clear();
    m_part_timer.stop();
}

void Session::apply(const WatchBatch &batch)
{
    const bool of_snapshot = batch.snapshot || batch.continues;
    if (of_snapshot || m_synced) {
        m_store.apply(batch);
    }
    if (batch.resync) {
        m_synced = false;
        subscribe();
        return;
    }
    m_synced = m_synced || (of_snapshot && batch.live);
    if (batch.live && m_synced) {
        m_backoff_ms = 0;
        enter(State::Live);
    }
}

void Session::onEnded(std::uint64_t epoch, const v1::Error &error)
{
    if (epoch == m_epoch && m_running) {
        lose(error.message().empty() ? tr("The fabric ended the connection")
                                     : text(error.message()));
    }
}

void Session::lose(const QString &problem)
{
    m_last_problem = problem;
    enter(m_synced ? State::Stale : State::Connecting);
    m_backoff_ms = std::clamp(m_backoff_ms * 2, kBackoffFirstMs, kBackoffMaxMs);
    m_retry.start(m_backoff_ms + QRandomGenerator::global()->bounded(m_backoff_ms / 4 + 1));
}

void Session::onConnection(client::ConnectionState state)
{
    if (state == client::ConnectionState::Ready && m_retry.isActive()) {
        subscribe();
    } else if (state == client::ConnectionState::Ready && m_state == State::Connecting) {
        enter(State::Syncing);
    }
}

// Three heartbeats of silence on an open stream: what is shown may be old, and says so.
void Session::checkSilence()
{
    if (m_running && !m_retry.isActive() && m_last_heard.elapsed() > kSilenceMs) {
        lose(tr("The fabric has not answered for %1").arg(durationWords(m_last_heard.elapsed())));
    }
}

void Session::enter(State state)
{
    if (m_state == state) {
        return;
    }
    m_state = state;
    m_stale_since_ms = state == State::Stale ? m_clock.wallMs() : 0;
    m_store.setStale(state != State::Live);
    if (state == State::Live) {
        m_status_timer.start();
        askStatus();
    } else {
        m_status_timer.stop();
    }
    Q_EMIT stateChanged(state);
}

void Session::askStatus()
{
    m_client.status(toGui<v1::FabricStatus>(this, [this](Result<v1::FabricStatus> status) {
        if (status) {
            m_status = std::move(*status);
            Q_EMIT statusChanged();
        }
    }));
}

template <typename T> client::Done<T> Session::toGui(QObject *context, Answer<T> done)
{
    return [hop = m_hop, guard = QPointer<QObject>(context),
            done = std::move(done)](Result<T> result) {
        hop->post([guard, done, result = std::move(result)]() mutable {
            if (guard != nullptr) {
                done(std::move(result));
            }
        });
    };
}

void Session::execute(v1::Command command, QObject *context, Answer<v1::CommandReply> done)
{
    if (command.request_id().empty()) {
        command.set_request_id(freshId());
    }
    send(command, 1, context, std::move(done));
}

void Session::send(const v1::Command &command, int attempt, QPointer<QObject> context,
                   Answer<v1::CommandReply> done)
{
    m_client.execute(
        command, toGui<v1::CommandReply>(this, [this, command, attempt, context,
                                                done](Result<v1::CommandReply> reply) {
            const bool again = !reply && reply.error().code() == v1::Error::UNAVAILABLE &&
                               attempt < kSendAttempts && m_running;
            if (again) {
                QTimer::singleShot(kSendPauseMs, this, [this, command, attempt, context, done] {
                    send(command, attempt + 1, context, done);
                });
            } else if (context != nullptr) {
                done(std::move(reply));
            }
        }));
}

void Session::run(v1::Command command, const QString &title)
{
    execute(std::move(command), this, [this, title](Result<v1::CommandReply> reply) {
        if (reply) {
            Q_EMIT commandAccepted(title, *reply);
        } else {
            Q_EMIT commandFailed(title, reply.error());
        }
    });
}

void Session::cancelOperation(const std::string &id)
{
    v1::Command command;
    command.set_cancel_operation(id);
    run(std::move(command), tr("Cancel operation"));
}

void Session::listEvents(const v1::EventsRequest &request, QObject *context,
                         Answer<v1::EventsReply> done)
{
    m_client.listEvents(request, toGui<v1::EventsReply>(context, std::move(done)));
}

void Session::listOperations(const v1::OperationsRequest &request, QObject *context,
                             Answer<v1::OperationsReply> done)
{
    m_client.listOperations(request, toGui<v1::OperationsReply>(context, std::move(done)));
}

void Session::queryMetrics(const v1::MetricHistoryRequest &request, QObject *context,
                           Answer<v1::MetricBatch> done)
{
    m_client.queryMetrics(request, toGui<v1::MetricBatch>(context, std::move(done)));
}

std::unique_ptr<client::Subscription>
Session::uploadPackage(const QString &file, const std::string &upload_id, QObject *context,
                       std::function<void(client::UploadProgress)> progress,
                       Answer<v1::UploadReply> done)
{
    auto upload = std::make_unique<Upload>(
        [guard = QPointer<QObject>(context), progress = std::move(progress)](auto latest) {
            if (guard != nullptr) {
                progress(latest);
            }
        });
    auto sender = upload->inbox.newEpoch();
    upload->stream = m_client.uploadPackage(
        utf8(file), upload_id,
        [sender](client::UploadProgress now) {
            sender.send([now](client::UploadProgress &latest) { latest = now; });
        },
        toGui<v1::UploadReply>(context, std::move(done)));
    return upload;
}

void Session::shutdownFabric(const v1::ShutdownRequest &request, QObject *context,
                             Answer<v1::ShutdownReply> done)
{
    m_client.shutdown(request, toGui<v1::ShutdownReply>(context, std::move(done)));
}

std::string Session::freshId()
{
    return utf8(QUuid::createUuid().toString(QUuid::Id128));
}

} // namespace slipway::models
