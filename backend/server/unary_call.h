// One question and its answer, which comes from the fabric's thread some time later, or never.
#pragma once

#include "backend/fabric/fabric.h"
#include "backend/server/error_status.h"

#include <atomic>
#include <grpcpp/support/server_callback.h>
#include <memory>

namespace slipway::server
{

// Deletes itself. A call that was cancelled is answered at once, so that a server can end although
// the fabric still thinks; the late answer is then dropped.
template <typename Response> class UnaryCall final : public grpc::ServerUnaryReactor
{
public:
    UnaryCall(Response *response, std::size_t detail_bytes)
        : m_response(response), m_detail_bytes(detail_bytes)
    {
    }

    // Any thread. Whoever sets the flag first may touch the call; for all others it may be gone.
    fabric::Done<Response> done()
    {
        return [this, answered = m_answered](Result<Response> result) {
            if (answered->exchange(true))
                return;
            if (result)
                *m_response = std::move(*result);
            Finish(result ? grpc::Status::OK : toStatus(result.error(), m_detail_bytes));
        };
    }

    void OnCancel() override
    {
        if (!m_answered->exchange(true))
            Finish(grpc::Status(grpc::StatusCode::CANCELLED, "The call was cancelled."));
    }

    void OnDone() override { delete this; }

private:
    Response *m_response; // gRPC's, until OnDone
    std::size_t m_detail_bytes;
    std::shared_ptr<std::atomic<bool>> m_answered = std::make_shared<std::atomic<bool>>(false);
};

} // namespace slipway::server
