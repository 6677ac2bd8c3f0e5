#include "backend/server/upload_call.h"

#include "backend/server/error_status.h"
#include "backend/sys/random.h"

namespace slipway::server
{

namespace
{

constexpr std::size_t kAttemptDigits = 32;
constexpr std::size_t kChunkBytesMax = 1024 * 1024;

v1::Error invalid(std::string_view reason, std::string_view message)
{
    return makeError(v1::Error::INVALID_ARGUMENT, reason, message);
}

} // namespace

UploadCall::UploadCall(fabric::Fabric &fabric, v1::UploadReply *reply, std::string actor,
                       std::size_t detail_bytes)
    : m_fabric(fabric), m_reply(reply), m_actor(std::move(actor)), m_detail_bytes(detail_bytes),
      m_attempt(sys::randomHex(kAttemptDigits))
{
    StartRead(&m_request);
}

void UploadCall::OnReadDone(bool ok)
{
    if (!ok)
        return complete();
    switch (m_request.body_case()) {
    case v1::UploadRequest::kStart:
        return begin(m_request.start());
    case v1::UploadRequest::kChunk:
        return append(std::move(*m_request.mutable_chunk()));
    case v1::UploadRequest::BODY_NOT_SET:
        break;
    }
    refuse(invalid("UPLOAD_MESSAGE_EMPTY",
                   "An upload message carried neither start nor chunk. Send one of them."));
}

void UploadCall::begin(const v1::UploadStart &start)
{
    if (!m_upload_id.empty() || start.upload_id().empty())
        return refuse(invalid("UPLOAD_START_WRONG",
                              "An upload begins with exactly one start message that names an "
                              "upload_id."));
    m_upload_id = start.upload_id();
    m_size_bytes = start.size_bytes();
    m_fabric.beginUpload(m_attempt, start, stateDone());
}

void UploadCall::append(std::string bytes)
{
    if (m_upload_id.empty())
        return refuse(invalid("UPLOAD_START_MISSING",
                              "The first message of an upload must be its start, not a chunk."));
    if (bytes.size() > kChunkBytesMax)
        return refuse(invalid("UPLOAD_CHUNK_TOO_LARGE",
                              "A chunk has " + std::to_string(bytes.size()) +
                                  " bytes; at most 1 MiB is taken. Send smaller ones."));
    m_fabric.uploadChunk(m_attempt, std::move(bytes), stateDone());
}

// The sender has closed its side, or has gone: the end of the messages looks the same, so the size
// decides. What has come is kept by the fabric for a resume.
void UploadCall::complete()
{
    if (m_upload_id.empty())
        return refuse(invalid("UPLOAD_START_MISSING", "The upload ended before it began."));
    if (m_received_bytes < m_size_bytes)
        return refuse(makeError(v1::Error::CANCELLED, "UPLOAD_INCOMPLETE",
                                "The upload broke off after " + std::to_string(m_received_bytes) +
                                    " of " + std::to_string(m_size_bytes) +
                                    " bytes. Send it again with the same upload id to resume.",
                                m_upload_id));
    m_fabric.finishUpload(m_attempt, m_actor, [this, gate = m_gate](Result<v1::UploadReply> reply) {
        std::unique_lock lock(gate->mutex);
        if (gate->finished)
            return;
        if (reply)
            *m_reply = std::move(*reply);
        gate->finished = true;
        lock.unlock();
        Finish(reply ? grpc::Status::OK : toStatus(reply.error(), m_detail_bytes));
    });
}

fabric::Done<v1::UploadState> UploadCall::stateDone()
{
    return [this, gate = m_gate](const Result<v1::UploadState> &state) {
        std::unique_lock lock(gate->mutex);
        if (gate->finished)
            return;
        if (state) {
            // Under the lock: a cancel that came between would let the call go.
            m_received_bytes = state->received_bytes();
            StartRead(&m_request);
            return;
        }
        gate->finished = true;
        lock.unlock();
        Finish(toStatus(state.error(), m_detail_bytes));
    };
}

// However it ended: the fabric closes what is open, after everything that was handed to it before.
void UploadCall::OnDone()
{
    m_fabric.dropUpload(m_attempt);
    delete this;
}

void UploadCall::OnCancel()
{
    finish(grpc::Status(grpc::StatusCode::CANCELLED, "The upload was cancelled."));
}

void UploadCall::refuse(const v1::Error &error)
{
    finish(toStatus(error, m_detail_bytes));
}

void UploadCall::finish(const grpc::Status &status)
{
    {
        const std::lock_guard lock(m_gate->mutex);
        if (m_gate->finished)
            return;
        m_gate->finished = true;
    }
    Finish(status);
}

} // namespace slipway::server
