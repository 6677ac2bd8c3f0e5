#include "backend/client/refused_client.h"

namespace slipway::client
{

namespace
{

class RefusedClient final : public FabricClient
{
public:
    RefusedClient(std::string address, v1::Error error)
        : m_address(std::move(address)), m_error(std::move(error))
    {
    }

    void execute(const v1::Command &, Done<v1::CommandReply> done) override { done(refusal()); }
    std::unique_ptr<Subscription> watch(const v1::WatchRequest &, WatchObserver observer) override
    {
        return ended(observer.ended);
    }
    std::unique_ptr<Subscription> watchMetrics(const v1::MetricsRequest &,
                                               std::function<void(const v1::MetricBatch &)>,
                                               std::function<void(const v1::Error &)> end) override
    {
        return ended(end);
    }
    std::unique_ptr<Subscription> streamLogs(const v1::LogRequest &,
                                             std::function<void(const v1::LogBatch &)>,
                                             std::function<void(const v1::Error &)> end) override
    {
        return ended(end);
    }
    std::unique_ptr<Subscription> uploadPackage(const std::filesystem::path &, const std::string &,
                                                std::function<void(UploadProgress)>,
                                                Done<v1::UploadReply> done) override
    {
        done(refusal());
        return std::make_unique<Subscription>();
    }
    void queryMetrics(const v1::MetricHistoryRequest &, Done<v1::MetricBatch> done) override
    {
        done(refusal());
    }
    void listEvents(const v1::EventsRequest &, Done<v1::EventsReply> done) override
    {
        done(refusal());
    }
    void listOperations(const v1::OperationsRequest &, Done<v1::OperationsReply> done) override
    {
        done(refusal());
    }
    void status(Done<v1::FabricStatus> done) override { done(refusal()); }
    void backup(const v1::BackupRequest &, Done<v1::BackupReply> done) override { done(refusal()); }
    void checkStore(Done<v1::CheckStoreReply> done) override { done(refusal()); }
    void shutdown(const v1::ShutdownRequest &, Done<v1::ShutdownReply> done) override
    {
        done(refusal());
    }
    void observeConnection(std::function<void(ConnectionState)> changed) override
    {
        changed(ConnectionState::Lost);
    }
    std::string address() const override { return m_address; }

private:
    Failure refusal() const { return Failure(m_error); }
    std::unique_ptr<Subscription> ended(const std::function<void(const v1::Error &)> &end) const
    {
        if (end)
            end(m_error);
        return std::make_unique<Subscription>();
    }

    std::string m_address;
    v1::Error m_error;
};

} // namespace

std::unique_ptr<FabricClient> makeRefusedClient(const std::string &address, const v1::Error &error)
{
    return std::make_unique<RefusedClient>(address, error);
}

} // namespace slipway::client
