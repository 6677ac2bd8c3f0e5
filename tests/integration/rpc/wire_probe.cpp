#include "tests/integration/rpc/wire_probe.h"

#include <chrono>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

namespace slipway::test
{

namespace
{

grpc::ByteBuffer toBuffer(const std::string &bytes)
{
    const grpc::Slice slice(bytes);
    return grpc::ByteBuffer(&slice, 1);
}

std::string toBytes(const grpc::ByteBuffer &buffer)
{
    grpc::Slice slice;
    if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok())
        return {};
    return {reinterpret_cast<const char *>(slice.begin()), slice.size()};
}

RawAnswer answer(const grpc::Status &status, const grpc::ByteBuffer &response)
{
    return {int(status.error_code()), toBytes(response), status.error_message(),
            status.error_details()};
}

void setLimit(grpc::ClientContext &context)
{
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
}

// Waits for one event of the queue.
void await(grpc::CompletionQueue &queue)
{
    void *tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
}

std::shared_ptr<grpc::Channel> channelTo(const std::string &target)
{
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

} // namespace

RawAnswer callRaw(const std::string &target, const std::string &method, const std::string &request)
{
    grpc::GenericStub stub(channelTo(target));
    grpc::ClientContext context;
    setLimit(context);
    grpc::CompletionQueue queue;
    const grpc::ByteBuffer bytes = toBuffer(request);
    grpc::ByteBuffer response;
    grpc::Status status;
    const auto call = stub.PrepareUnaryCall(&context, method, bytes, &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    await(queue);
    return answer(status, response);
}

RawAnswer exchangeRaw(const std::string &target, const std::string &method,
                      const std::string &request)
{
    grpc::GenericStub stub(channelTo(target));
    grpc::ClientContext context;
    setLimit(context);
    grpc::CompletionQueue queue;
    grpc::ByteBuffer response;
    grpc::Status status;
    const auto call = stub.PrepareCall(&context, method, &queue);
    call->StartCall(nullptr);
    await(queue);
    call->Write(toBuffer(request), nullptr);
    await(queue);
    call->Read(&response, nullptr);
    await(queue);
    call->WritesDone(nullptr);
    await(queue);
    call->Finish(&status, nullptr);
    await(queue);
    return answer(status, response);
}

struct SilentReader::Impl {
    explicit Impl(const std::string &target) : stub(channelTo(target)) {}
    grpc::GenericStub stub;
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
};

SilentReader::SilentReader(const std::string &target) : m_impl(new Impl(target))
{
    m_impl->call =
        m_impl->stub.PrepareCall(&m_impl->context, "/slipway.v1.Fabric/Watch", &m_impl->queue);
    m_impl->call->StartCall(nullptr);
    await(m_impl->queue);
    m_impl->call->WriteLast(toBuffer({}), grpc::WriteOptions(), nullptr);
    await(m_impl->queue);
}

SilentReader::~SilentReader()
{
    m_impl->context.TryCancel();
    grpc::Status status;
    m_impl->call->Finish(&status, nullptr);
    await(m_impl->queue);
    delete m_impl;
}

} // namespace slipway::test
