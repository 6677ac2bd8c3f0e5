#include "tests/integration/rpc/fake_fabric.h"

namespace slipway::test
{

FakeFabric::FakeFabric() : m_thread([this] { loop(); }) {}

FakeFabric::~FakeFabric()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void FakeFabric::post(std::function<void()> work)
{
    {
        const std::lock_guard lock(m_mutex);
        m_work.push_back(std::move(work));
    }
    m_changed.notify_all();
}

void FakeFabric::loop()
{
    for (;;) {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_stop || !m_work.empty(); });
        if (m_work.empty())
            return;
        const auto work = std::move(m_work.front());
        m_work.pop_front();
        lock.unlock();
        work();
    }
}

void FakeFabric::run(const std::function<void()> &work)
{
    std::mutex mutex;
    std::condition_variable changed;
    bool finished = false;
    post([&] {
        work();
        const std::lock_guard lock(mutex);
        finished = true;
        changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return finished; });
}

std::size_t FakeFabric::watchers()
{
    std::size_t count = 0;
    run([&] { count = m_sinks.size(); });
    return count;
}

std::string FakeFabric::uploaded(const std::string &upload_id)
{
    std::string bytes;
    run([&] { bytes = m_uploads[upload_id]; });
    return bytes;
}

void FakeFabric::execute(v1::Command command, fabric::Done<v1::CommandReply> done)
{
    post([this, command = std::move(command), done = std::move(done)] {
        done(on_execute(command));
    });
}

void FakeFabric::watch(v1::WatchRequest request, std::shared_ptr<fabric::WatchSink> sink)
{
    post([this, request, sink] {
        m_sinks[sink.get()] = sink;
        on_watch(request, sink);
    });
}

void FakeFabric::watchMetrics(v1::MetricsRequest request, std::shared_ptr<fabric::MetricSink> sink)
{
    post([this, request, sink] {
        m_sinks[sink.get()] = sink;
        on_metrics(request, sink);
    });
}

void FakeFabric::streamLogs(v1::LogRequest request, std::shared_ptr<fabric::LogSink> sink)
{
    post([this, request, sink] {
        m_sinks[sink.get()] = sink;
        on_logs(request, sink);
    });
}

void FakeFabric::unwatch(const void *sink)
{
    post([this, sink] { m_sinks.erase(sink); });
}

void FakeFabric::queryMetrics(v1::MetricHistoryRequest request, fabric::Done<v1::MetricBatch> done)
{
    post([request, done = std::move(done)] {
        v1::MetricBatch batch;
        batch.add_samples()->set_deployment_id(request.deployment_id());
        done(batch);
    });
}

void FakeFabric::listEvents(v1::EventsRequest request, fabric::Done<v1::EventsReply> done)
{
    post([request, done = std::move(done)] {
        v1::EventsReply reply;
        reply.add_events()->set_service(request.service());
        done(reply);
    });
}

void FakeFabric::listOperations(v1::OperationsRequest request,
                                fabric::Done<v1::OperationsReply> done)
{
    post([request, done = std::move(done)] {
        v1::OperationsReply reply;
        reply.add_operations()->set_id(request.id());
        done(reply);
    });
}

void FakeFabric::status(fabric::Done<v1::FabricStatus> done)
{
    post([this, done = std::move(done)] {
        if (silent)
            return;
        v1::FabricStatus status = told_status;
        status.set_version("fake");
        done(status);
    });
}

v1::UploadState FakeFabric::state(const std::string &upload_id)
{
    v1::UploadState state;
    state.set_received_bytes(m_uploads[upload_id].size());
    return state;
}

void FakeFabric::queryUpload(v1::UploadQuery query, fabric::Done<v1::UploadState> done)
{
    post([this, query, done = std::move(done)] { done(state(query.upload_id())); });
}

void FakeFabric::beginUpload(std::string attempt, v1::UploadStart start,
                             fabric::Done<v1::UploadState> done)
{
    post([this, attempt, start, done = std::move(done)] {
        if (start.offset() != m_uploads[start.upload_id()].size())
            return done(failure(v1::Error::FAILED_PRECONDITION, "UPLOAD_OFFSET",
                                "The offset is not where the upload stopped."));
        m_starts[attempt] = start;
        done(state(start.upload_id()));
    });
}

void FakeFabric::uploadChunk(std::string attempt, std::string bytes,
                             fabric::Done<v1::UploadState> done)
{
    post([this, attempt, bytes = std::move(bytes), done = std::move(done)] {
        const std::string upload_id = m_starts[attempt].upload_id();
        ++m_chunks;
        m_uploads[upload_id] += bytes;
        if (m_uploads[upload_id].size() < m_hold_uploads_at)
            done(state(upload_id));
        else
            m_held.push_back([done, answer = state(upload_id)] { done(answer); });
    });
}

void FakeFabric::holdUploads(std::size_t at_bytes)
{
    run([this, at_bytes] {
        m_hold_uploads_at = at_bytes;
        for (const auto &answer : std::exchange(m_held, {}))
            answer();
    });
}

void FakeFabric::finishUpload(std::string attempt, std::string actor,
                              fabric::Done<v1::UploadReply> done)
{
    post([this, attempt, actor, done = std::move(done)] {
        const v1::UploadStart &start = m_starts[attempt];
        v1::UploadReply reply;
        reply.mutable_package()->set_digest("sha256:fake");
        reply.mutable_package()->set_size_bytes(m_uploads[start.upload_id()].size());
        reply.mutable_package()->set_file_name(start.file_name());
        reply.mutable_package()->set_actor(actor);
        done(reply);
    });
}

void FakeFabric::dropUpload(std::string)
{
    ++m_dropped;
}

void FakeFabric::backup(v1::BackupRequest request, fabric::Done<v1::BackupReply> done)
{
    post([request, done = std::move(done)] {
        v1::BackupReply reply;
        reply.set_file(request.file());
        done(reply);
    });
}

void FakeFabric::checkStore(fabric::Done<v1::CheckStoreReply> done)
{
    post([done = std::move(done)] { done(v1::CheckStoreReply()); });
}

void FakeFabric::shutdown(bool, std::function<void()> done)
{
    post([this, done = std::move(done)] {
        m_sinks.clear();
        done();
    });
}

void FakeFabric::onShutdownRequest(std::function<void(v1::ShutdownRequest)> requested)
{
    on_shutdown = std::move(requested);
}

void FakeFabric::requestShutdown(v1::ShutdownRequest request)
{
    post([this, request] { on_shutdown(request); });
}

} // namespace slipway::test
