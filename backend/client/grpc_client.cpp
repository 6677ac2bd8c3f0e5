#include "backend/client/address.h"
#include "backend/client/connect.h"
#include "backend/client/connection_watcher.h"
#include "backend/client/read_call.h"
#include "backend/client/refused_client.h"
#include "backend/client/upload.h"

#include <grpcpp/create_channel.h>

namespace slipway::client
{

namespace
{

constexpr int kBackoffMsMin = 100;
constexpr int kBackoffMsMax = 1'000;
// gRPC gives an attempt to connect as long as its "minimum backoff"; a failed one is tried again
// after the initial backoff all the same. A busy machine needs more than 100 ms for a handshake.
constexpr int kConnectTimeoutMs = 3'000;
constexpr int kKeepaliveMs = 10'000; // a fabric that hangs is found out after 15 s
constexpr int kKeepaliveTimeoutMs = 5'000;
constexpr int kReceiveBytesMax = 64 * 1024 * 1024;
constexpr int kMetadataBytesMax = 1024 * 1024; // errors with all their problems
constexpr int kAnswerTimeoutMs = 30'000;
constexpr int kPatienceMs = 30 * 60 * 1000; // for reading everything that there is

grpc::ChannelArguments channelArguments()
{
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kBackoffMsMin);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kBackoffMsMax);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0); // watches are silent for long
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);    // a connection of our own
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);            // loopback needs none
    arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
    arguments.SetMaxReceiveMessageSize(kReceiveBytesMax);
    return arguments;
}

// gRPC 1.51 ends its callback threads with the last channel that used them, and may touch their
// queue once more after that (an assertion in a client's end showed it). One channel for the life
// of the process, with one call that reaches nobody, keeps them.
void keepCallbackThreads()
{
    struct Keeper {
        std::unique_ptr<v1::Fabric::Stub> stub = v1::Fabric::NewStub(
            grpc::CreateChannel("unix:/dev/null/nobody", grpc::InsecureChannelCredentials()));
        grpc::ClientContext context;
        v1::StatusRequest request;
        v1::FabricStatus reply;
    };
    static Keeper *const keeper = [] {
        auto *made = new Keeper;
        made->stub->async()->GetStatus(&made->context, &made->request, &made->reply,
                                       [](const grpc::Status &) {});
        return made;
    }();
    (void)keeper;
}

class GrpcClient final : public FabricClient
{
public:
    GrpcClient(const std::string &address, const std::string &target)
    {
        keepCallbackThreads();
        m_link.address = address;
        m_link.socket = socketOf(address);
        m_link.channel = grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(),
                                                   channelArguments());
        m_link.stub = v1::Fabric::NewStub(m_link.channel);
    }

    void execute(const v1::Command &command, Done<v1::CommandReply> done) override
    {
        askNow<v1::CommandReply>(command, std::move(done),
                                 [](auto *stub, auto *context, auto *in, auto *out, auto heard) {
                                     stub->Execute(context, in, out, std::move(heard));
                                 });
    }

    std::unique_ptr<Subscription> watch(const v1::WatchRequest &request,
                                        WatchObserver observer) override
    {
        return listen<v1::WatchResponse>(
            m_link, request,
            [](auto *stub, auto *context, auto *in, auto *reactor) {
                stub->Watch(context, in, reactor);
            },
            std::move(observer.message), std::move(observer.ended));
    }

    std::unique_ptr<Subscription>
    watchMetrics(const v1::MetricsRequest &request,
                 std::function<void(const v1::MetricBatch &)> batch,
                 std::function<void(const v1::Error &)> ended) override
    {
        return listen<v1::MetricBatch>(
            m_link, request,
            [](auto *stub, auto *context, auto *in, auto *reactor) {
                stub->WatchMetrics(context, in, reactor);
            },
            std::move(batch), std::move(ended));
    }

    std::unique_ptr<Subscription> streamLogs(const v1::LogRequest &request,
                                             std::function<void(const v1::LogBatch &)> batch,
                                             std::function<void(const v1::Error &)> ended) override
    {
        return listen<v1::LogBatch>(
            m_link, request,
            [](auto *stub, auto *context, auto *in, auto *reactor) {
                stub->StreamLogs(context, in, reactor);
            },
            std::move(batch), std::move(ended));
    }

    std::unique_ptr<Subscription> uploadPackage(const std::filesystem::path &file,
                                                const std::string &upload_id,
                                                std::function<void(UploadProgress)> progress,
                                                Done<v1::UploadReply> done) override
    {
        return startUpload(m_link, file, upload_id, std::move(progress), std::move(done));
    }

    void queryMetrics(const v1::MetricHistoryRequest &request, Done<v1::MetricBatch> done) override
    {
        askNow<v1::MetricBatch>(request, std::move(done),
                                [](auto *stub, auto *context, auto *in, auto *out, auto heard) {
                                    stub->QueryMetrics(context, in, out, std::move(heard));
                                });
    }

    void listEvents(const v1::EventsRequest &request, Done<v1::EventsReply> done) override
    {
        askNow<v1::EventsReply>(request, std::move(done),
                                [](auto *stub, auto *context, auto *in, auto *out, auto heard) {
                                    stub->ListEvents(context, in, out, std::move(heard));
                                });
    }

    void listOperations(const v1::OperationsRequest &request,
                        Done<v1::OperationsReply> done) override
    {
        askNow<v1::OperationsReply>(request, std::move(done),
                                    [](auto *stub, auto *context, auto *in, auto *out, auto heard) {
                                        stub->ListOperations(context, in, out, std::move(heard));
                                    });
    }

    void backup(const v1::BackupRequest &request, Done<v1::BackupReply> done) override
    {
        ask<v1::BackupReply>(
            m_link, request, kPatienceMs,
            [](auto *stub, auto *context, auto *in, auto *out, auto heard) {
                stub->Backup(context, in, out, std::move(heard));
            },
            std::move(done));
    }

    void checkStore(Done<v1::CheckStoreReply> done) override
    {
        ask<v1::CheckStoreReply>(
            m_link, v1::CheckStoreRequest(), kPatienceMs,
            [](auto *stub, auto *context, auto *in, auto *out, auto heard) {
                stub->CheckStore(context, in, out, std::move(heard));
            },
            std::move(done));
    }

    void status(Done<v1::FabricStatus> done) override
    {
        askNow<v1::FabricStatus>(v1::StatusRequest(), std::move(done),
                                 [](auto *stub, auto *context, auto *in, auto *out, auto heard) {
                                     stub->GetStatus(context, in, out, std::move(heard));
                                 });
    }

    void shutdown(const v1::ShutdownRequest &request, Done<v1::ShutdownReply> done) override
    {
        askNow<v1::ShutdownReply>(request, std::move(done),
                                  [](auto *stub, auto *context, auto *in, auto *out, auto heard) {
                                      stub->Shutdown(context, in, out, std::move(heard));
                                  });
    }

    void observeConnection(std::function<void(ConnectionState)> changed) override
    {
        m_watcher.reset();
        if (changed)
            m_watcher = std::make_unique<ConnectionWatcher>(m_link.channel, std::move(changed));
    }

    std::string address() const override { return m_link.address; }

private:
    template <typename Response, typename Request, typename Method>
    void askNow(const Request &request, Done<Response> done, Method method)
    {
        ask<Response>(m_link, request, kAnswerTimeoutMs, method, std::move(done));
    }

    Link m_link;
    std::unique_ptr<ConnectionWatcher> m_watcher;
};

} // namespace

std::unique_ptr<FabricClient> connect(const std::string &address)
{
    const Result<std::string> target = dialTarget(address);
    if (!target)
        return makeRefusedClient(address, target.error());
    return std::make_unique<GrpcClient>(address, *target);
}

} // namespace slipway::client
