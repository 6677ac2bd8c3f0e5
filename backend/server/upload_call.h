#pragma once

#include "backend/fabric/fabric.h"

#include <cstdint>
#include <grpcpp/support/server_callback.h>
#include <memory>
#include <mutex>

namespace slipway::server
{

// Takes a package in, chunk by chunk: the next one is read only when the fabric has the last one,
// so a slow disk holds the sender back by flow control. Deletes itself.
class UploadCall final : public grpc::ServerReadReactor<v1::UploadRequest>
{
public:
    UploadCall(fabric::Fabric &fabric, v1::UploadReply *reply, std::string actor,
               std::size_t detail_bytes);

    void OnReadDone(bool ok) override;
    void OnCancel() override;
    void OnDone() override;

private:
    // Outlives the call in the fabric's callbacks.
    struct Gate {
        std::mutex mutex;
        bool finished = false; // the call may be gone
    };

    void begin(const v1::UploadStart &start);
    void append(std::string bytes);
    void complete();
    void refuse(const v1::Error &error);
    void finish(const grpc::Status &status);
    fabric::Done<v1::UploadState> stateDone();

    fabric::Fabric &m_fabric;
    v1::UploadReply *m_reply; // gRPC's, until OnDone
    std::string m_actor;
    std::size_t m_detail_bytes;
    std::string m_attempt; // our own name for this carrier of bytes
    v1::UploadRequest m_request;
    std::string m_upload_id; // the client's
    std::uint64_t m_size_bytes = 0;
    std::uint64_t m_received_bytes = 0;
    std::shared_ptr<Gate> m_gate = std::make_shared<Gate>();
};

} // namespace slipway::server
