#include "backend/client/upload.h"

#include <fstream>
#include <grpcpp/support/client_callback.h>

namespace slipway::client
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kChunkBytes = 256 * 1024;
constexpr int kQueryTimeoutMs = 15'000;
constexpr int kQueriesMax = 5;

v1::Error fileError(const std::string &reason, const fs::path &file, const std::string &what)
{
    return makeError(v1::Error::FAILED_PRECONDITION, reason, file.string() + ": " + what,
                     file.string());
}

// One upload from the query to the answer; shared by the calls and the subscription.
struct Job : std::enable_shared_from_this<Job> {
    explicit Job(Link &owner) : link(owner) {}

    void query();
    void send(std::uint64_t offset);
    void report(std::uint64_t sent_bytes);
    void failed(const v1::Error &error);
    void finish(Result<v1::UploadReply> result);
    // The call that dropping the subscription cancels; false: it was dropped already.
    bool setCurrent(const CallPtr &call);
    void cancel();

    Link &link;
    fs::path file;
    std::string upload_id;
    std::ifstream stream;
    std::uint64_t total_bytes = 0;
    int queries = 0;
    std::function<void(UploadProgress)> progress;
    Done<v1::UploadReply> done;
    std::shared_ptr<Listener> listener = std::make_shared<Listener>();

private:
    std::mutex m_mutex;
    CallPtr m_current;
    bool m_cancelled = false;
};

// The stream of chunks. Deletes itself.
class UploadCall final : public grpc::ClientWriteReactor<v1::UploadRequest>
{
public:
    UploadCall(std::shared_ptr<Job> job, CallPtr call, std::uint64_t offset)
        : m_job(std::move(job)), m_call(std::move(call)), m_sent_bytes(offset)
    {
    }

    void start();
    void OnWriteDone(bool ok) override;
    void OnDone(const grpc::Status &status) override;

private:
    void sendNext();
    bool readChunk();

    std::shared_ptr<Job> m_job;
    CallPtr m_call;
    v1::UploadRequest m_request;
    v1::UploadReply m_reply;
    v1::Error m_read_error;
    std::uint64_t m_sent_bytes;
};

void UploadCall::start()
{
    m_job->link.stub->async()->UploadPackage(&m_call->context, &m_reply, this);
    v1::UploadStart &start = *m_request.mutable_start();
    start.set_upload_id(m_job->upload_id);
    start.set_file_name(m_job->file.filename().string());
    start.set_size_bytes(m_job->total_bytes);
    start.set_offset(m_sent_bytes);
    StartWrite(&m_request);
    StartCall();
}

void UploadCall::OnWriteDone(bool ok)
{
    if (!ok)
        return; // refused or cancelled: OnDone says why
    m_sent_bytes += m_request.chunk().size();
    m_job->report(m_sent_bytes);
    sendNext();
}

void UploadCall::sendNext()
{
    if (m_sent_bytes >= m_job->total_bytes)
        StartWritesDone();
    else if (readChunk())
        StartWrite(&m_request);
    else
        m_call->cancel();
}

bool UploadCall::readChunk()
{
    const std::uint64_t left = m_job->total_bytes - m_sent_bytes;
    std::string &chunk = *m_request.mutable_chunk();
    chunk.resize(std::size_t(std::min<std::uint64_t>(left, kChunkBytes)));
    m_job->stream.read(chunk.data(), std::streamsize(chunk.size()));
    if (std::size_t(m_job->stream.gcount()) == chunk.size())
        return true;
    m_read_error = fileError("FILE_CHANGED", m_job->file,
                             "became shorter while it was sent. Upload it again when it is whole.");
    return false;
}

void UploadCall::OnDone(const grpc::Status &status)
{
    if (status.ok())
        m_job->finish(std::move(m_reply));
    else if (!m_read_error.message().empty())
        m_job->finish(Failure(m_read_error));
    else
        m_job->failed(toError(status, m_job->link.address));
    Calls &calls = m_job->link.calls;
    const CallPtr call = std::move(m_call);
    delete this;
    calls.remove(call.get());
}

void Job::query()
{
    ++queries;
    v1::UploadQuery query;
    query.set_upload_id(upload_id);
    const CallPtr call = ask<v1::UploadState>(
        link, query, kQueryTimeoutMs,
        [](auto *stub, auto *context, auto *request, auto *response, auto callback) {
            stub->QueryUpload(context, request, response, std::move(callback));
        },
        [self = shared_from_this()](Result<v1::UploadState> state) {
            if (state)
                self->send(state->received_bytes());
            else
                self->finish(Failure(state.error()));
        });
    // The answer may have come already and the upload's own call be the current one: cancelling
    // both is harmless, missing one is not.
    const std::lock_guard lock(m_mutex);
    if (!m_current)
        m_current = call;
    if (m_cancelled)
        call->cancel();
}

void Job::send(std::uint64_t offset)
{
    if (offset > total_bytes)
        return finish(Failure(fileError("UPLOAD_MISMATCH", file,
                                        "the fabric holds more of this upload than the file has. "
                                        "Upload it under a new upload id.")));
    stream.clear();
    stream.seekg(std::streamoff(offset));
    auto call = std::make_shared<Call>(0);
    if (!setCurrent(call) || !link.calls.add(call))
        return finish(Failure(clientEnded()));
    report(offset);
    (new UploadCall(shared_from_this(), call, offset))->start(); // deletes itself
}

void Job::report(std::uint64_t sent_bytes)
{
    listener->deliver([&] {
        if (progress)
            progress({sent_bytes, total_bytes});
    });
}

// Somebody else sends the same file, and was faster in going on with what broke off: where this one
// has to begin is asked again.
void Job::failed(const v1::Error &error)
{
    if (error.reason() == "UPLOAD_OFFSET" && queries < kQueriesMax)
        return query();
    finish(Failure(error));
}

void Job::finish(Result<v1::UploadReply> result)
{
    listener->deliver([&] { done(std::move(result)); });
}

bool Job::setCurrent(const CallPtr &call)
{
    const std::lock_guard lock(m_mutex);
    m_current = call;
    return !m_cancelled;
}

void Job::cancel()
{
    const std::lock_guard lock(m_mutex);
    m_cancelled = true;
    if (m_current)
        m_current->cancel();
}

} // namespace

std::unique_ptr<Subscription> startUpload(Link &link, const fs::path &file,
                                          const std::string &upload_id,
                                          std::function<void(UploadProgress)> progress,
                                          Done<v1::UploadReply> done)
{
    const auto job = std::make_shared<Job>(link);
    job->file = file;
    job->upload_id = upload_id;
    job->progress = std::move(progress);
    job->done = std::move(done);
    auto subscription =
        std::make_unique<ListenerSubscription>(job->listener, [job] { job->cancel(); });
    std::error_code error;
    job->total_bytes = fs::is_regular_file(file, error) ? fs::file_size(file, error) : 0;
    job->stream.open(file, std::ios::binary);
    if (error || !job->stream || job->total_bytes == 0)
        job->finish(Failure(fileError("FILE_NOT_READABLE", file,
                                      "is not a file that can be read, or is empty. Name a "
                                      ".cspkg or .zip.")));
    else
        job->query();
    return subscription;
}

} // namespace slipway::client
