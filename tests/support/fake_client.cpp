#include "tests/support/fake_client.h"

namespace slipway::test
{

namespace
{

constexpr std::uint64_t kUploadBytes = 1 << 20; // said to be the size of every upload

// Clears the client's pointer when the subscriber lets go.
template <typename Observer> class Handle final : public client::Subscription
{
public:
    Handle(std::shared_ptr<Observer> &place, std::shared_ptr<Observer> mine)
        : m_place(place), m_mine(std::move(mine))
    {
    }
    ~Handle() override
    {
        if (m_place == m_mine) {
            m_place.reset();
        }
    }

private:
    std::shared_ptr<Observer> &m_place;
    std::shared_ptr<Observer> m_mine;
};

template <typename Observer>
std::unique_ptr<client::Subscription> hold(std::shared_ptr<Observer> &place, Observer observer)
{
    place = std::make_shared<Observer>(std::move(observer));
    return std::make_unique<Handle<Observer>>(place, place);
}

void setRevision(v1::Change &change, std::uint64_t revision)
{
    change.set_revision(revision);
    switch (change.body_case()) {
    case v1::Change::kService:
        return change.mutable_service()->set_revision(revision);
    case v1::Change::kDeployment:
        return change.mutable_deployment()->set_revision(revision);
    case v1::Change::kInstance:
        return change.mutable_instance()->set_revision(revision);
    case v1::Change::kHost:
        return change.mutable_host()->set_revision(revision);
    case v1::Change::kPackage:
        return change.mutable_package()->set_revision(revision);
    case v1::Change::kOperation:
        return change.mutable_operation()->set_revision(revision);
    case v1::Change::kEvent:
        return change.mutable_event()->set_revision(revision);
    case v1::Change::kSettings:
        return change.mutable_settings()->set_revision(revision);
    default:
        return;
    }
}

// The same for an entity and for its removal.
std::string keyOf(const v1::Change &change)
{
    switch (change.body_case()) {
    case v1::Change::kService:
        return "1/" + change.service().name();
    case v1::Change::kDeployment:
        return "2/" + change.deployment().id();
    case v1::Change::kInstance:
        return "3/" + change.instance().name() + change.instance().deployment_id();
    case v1::Change::kHost:
        return "4/" + change.host().id();
    case v1::Change::kPackage:
        return "5/" + change.package().digest();
    case v1::Change::kOperation:
        return "6/" + change.operation().id();
    case v1::Change::kEvent:
        return "event/" + std::to_string(change.event().id());
    case v1::Change::kRemoved:
        return std::to_string(change.removed().kind()) + "/" + change.removed().id() +
               change.removed().parent_id();
    default:
        return "settings";
    }
}

v1::Error lost(const std::string &message)
{
    return makeError(v1::Error::UNAVAILABLE, "UNAVAILABLE", message);
}

} // namespace

void FakeClient::setSnapshot(std::vector<v1::Change> entities)
{
    m_state.clear();
    ++m_revision;
    for (auto &change : entities) {
        setRevision(change, m_revision);
        remember(change);
    }
    if (m_watch != nullptr) {
        sendSnapshot();
    }
}

void FakeClient::remember(const v1::Change &change)
{
    if (change.has_removed()) {
        m_state.erase(keyOf(change));
    } else {
        m_state[keyOf(change)] = change;
    }
}

void FakeClient::sendSnapshot()
{
    v1::WatchResponse response;
    response.set_revision(m_revision);
    for (const auto &[key, change] : m_state) {
        *response.mutable_snapshot()->add_entities() = change;
    }
    response.mutable_snapshot()->set_last(true);
    response.mutable_snapshot()->set_fabric_id("0badcafe");
    m_watch->message(response);
}

void FakeClient::push(std::vector<v1::Change> changes)
{
    ++m_revision;
    v1::WatchResponse response;
    response.set_revision(m_revision);
    for (auto &change : changes) {
        setRevision(change, m_revision);
        remember(change);
        *response.mutable_changes()->add_changes() = change;
    }
    if (m_watch != nullptr) {
        m_watch->message(response);
    }
}

void FakeClient::heartbeat()
{
    v1::WatchResponse response;
    response.set_revision(m_revision);
    response.mutable_heartbeat();
    if (m_watch != nullptr) {
        m_watch->message(response);
    }
}

void FakeClient::resync()
{
    v1::WatchResponse response;
    response.mutable_resync()->set_reason("the test wants it");
    if (m_watch != nullptr) {
        m_watch->message(response);
    }
}

void FakeClient::endLogs(const std::string &message)
{
    if (const auto logs = m_logs) {
        logs->ended(lost(message));
    }
}

void FakeClient::disconnect(const std::string &message)
{
    m_connected = false;
    if (m_connection_changed) {
        m_connection_changed(client::ConnectionState::Lost);
    }
    if (const auto watch = m_watch) {
        watch->ended(lost(message));
    }
    if (const auto metrics = m_metrics) {
        metrics->ended(lost(message));
    }
    if (const auto logs = m_logs) {
        logs->ended(lost(message));
    }
}

void FakeClient::reconnect()
{
    m_connected = true;
    if (m_connection_changed) {
        m_connection_changed(client::ConnectionState::Ready);
    }
}

void FakeClient::pushMetrics(const v1::MetricBatch &batch)
{
    if (m_metrics != nullptr) {
        m_metrics->batch(batch);
    }
}

void FakeClient::pushLogs(const v1::LogBatch &batch)
{
    if (m_logs != nullptr) {
        m_logs->batch(batch);
    }
}

void FakeClient::answer(std::function<void()> deliver)
{
    if (m_hold) {
        m_held.push_back(std::move(deliver));
    } else {
        deliver();
    }
}

void FakeClient::release()
{
    m_hold = false;
    while (!m_held.empty()) {
        const auto deliver = std::move(m_held.front());
        m_held.pop_front();
        deliver();
    }
}

v1::Command FakeClient::lastCommand() const
{
    return m_commands.empty() ? v1::Command() : m_commands.back();
}

Result<v1::CommandReply> FakeClient::defaultAnswer(const v1::Command &command)
{
    v1::CommandReply reply;
    reply.set_revision(m_revision);
    if (!command.validate_only()) {
        auto &operation = *reply.mutable_operation();
        operation.set_id("operation-" + std::to_string(m_commands.size()));
        operation.set_request_id(command.request_id());
        operation.set_state(v1::Operation::Running);
    }
    return reply;
}

void FakeClient::execute(const v1::Command &command, client::Done<v1::CommandReply> done)
{
    m_commands.push_back(command);
    if (!m_connected) {
        done(Failure(lost("the fabric cannot be reached")));
        return;
    }
    auto reply = m_execute ? m_execute(command) : defaultAnswer(command);
    answer([done = std::move(done), reply = std::move(reply)] { done(reply); });
}

std::unique_ptr<client::Subscription> FakeClient::watch(const v1::WatchRequest &request,
                                                        client::WatchObserver observer)
{
    m_watch_requests.push_back(request);
    if (!m_connected) {
        observer.ended(lost("the fabric cannot be reached"));
        return std::make_unique<client::Subscription>();
    }
    auto handle = hold(m_watch, std::move(observer));
    if (request.since_revision() == 0 || request.since_revision() < m_revision) {
        sendSnapshot();
    } else {
        heartbeat();
    }
    return handle;
}

std::unique_ptr<client::Subscription>
FakeClient::watchMetrics(const v1::MetricsRequest &,
                         std::function<void(const v1::MetricBatch &)> batch,
                         std::function<void(const v1::Error &)> ended)
{
    return hold(m_metrics, MetricObserver{std::move(batch), std::move(ended)});
}

std::unique_ptr<client::Subscription>
FakeClient::streamLogs(const v1::LogRequest &request,
                       std::function<void(const v1::LogBatch &)> batch,
                       std::function<void(const v1::Error &)> ended)
{
    m_log_request = request;
    ++m_log_streams;
    return hold(m_logs, LogObserver{std::move(batch), std::move(ended)});
}

std::unique_ptr<client::Subscription>
FakeClient::uploadPackage(const std::filesystem::path &, const std::string &upload_id,
                          std::function<void(client::UploadProgress)> progress,
                          client::Done<v1::UploadReply> done)
{
    m_uploads.push_back(upload_id);
    auto handle = hold(m_upload, UploadObserver{std::move(progress), std::move(done)});
    m_upload->progress({m_stop_upload_at, kUploadBytes});
    if (m_stop_upload_at == 0) {
        finishUpload();
    }
    return handle;
}

void FakeClient::finishUpload()
{
    if (const auto upload = m_upload) {
        upload->progress({kUploadBytes, kUploadBytes});
        upload->done(m_upload_reply.value_or(v1::UploadReply()));
    }
}

void FakeClient::queryMetrics(const v1::MetricHistoryRequest &request,
                              client::Done<v1::MetricBatch> done)
{
    if (!m_query_problem.empty()) {
        done(Failure(lost(m_query_problem)));
        return;
    }
    v1::MetricBatch fitting;
    const std::string wanted = request.instances().empty() ? std::string() : request.instances(0);
    for (const auto &sample : m_history.samples()) {
        if (sample.deployment_id() == request.deployment_id() && sample.instance() == wanted) {
            *fitting.add_samples() = sample;
        }
    }
    done(fitting);
}

void FakeClient::listEvents(const v1::EventsRequest &, client::Done<v1::EventsReply> done)
{
    done(m_events);
}

void FakeClient::listOperations(const v1::OperationsRequest &,
                                client::Done<v1::OperationsReply> done)
{
    if (m_query_problem.empty()) {
        done(m_operations);
    } else {
        done(Failure(lost(m_query_problem)));
    }
}

void FakeClient::backup(const v1::BackupRequest &request, client::Done<v1::BackupReply> done)
{
    v1::BackupReply reply;
    reply.set_file(request.file());
    done(reply);
}

void FakeClient::checkStore(client::Done<v1::CheckStoreReply> done)
{
    done(v1::CheckStoreReply());
}

void FakeClient::status(client::Done<v1::FabricStatus> done)
{
    if (m_connected) {
        done(m_status);
    } else {
        done(Failure(lost("the fabric cannot be reached")));
    }
}

void FakeClient::shutdown(const v1::ShutdownRequest &request, client::Done<v1::ShutdownReply> done)
{
    m_shutdowns.push_back(request);
    done(v1::ShutdownReply());
}

void FakeClient::observeConnection(std::function<void(client::ConnectionState)> changed)
{
    m_connection_changed = std::move(changed);
    if (m_connection_changed) {
        m_connection_changed(m_connected ? client::ConnectionState::Ready
                                         : client::ConnectionState::Lost);
    }
}

} // namespace slipway::test
