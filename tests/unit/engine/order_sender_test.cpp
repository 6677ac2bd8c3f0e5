// More orders than a channel holds, to a host that reads slowly or not at all for a while.
#include "backend/engine/local/order_sender.h"
#include "backend/host/order_book.h"

#include <QTest>
#include <asio/local/connect_pair.hpp>

using namespace slipway;

namespace
{

constexpr std::size_t kMiB = 1024 * 1024;

v1::HostOrders orders(int deployments, std::size_t bytes, std::uint64_t revision)
{
    v1::HostOrders whole;
    whole.set_revision(revision);
    for (int i = 0; i < deployments; ++i) {
        const std::string id = "d" + std::to_string(i);
        v1::DeploymentOrder &common = *whole.add_deployments();
        common.set_deployment_id(id);
        common.add_roles()->add_settings()->set_value(std::string(bytes, char('a' + i % 26)));
        v1::InstanceOrder &order = *whole.add_instances();
        order.set_deployment_id(id);
        order.set_name("Web_IN_0");
        order.set_generation(revision);
    }
    return whole;
}

// The host's end, and what it has understood.
struct Host {
    explicit Host(asio::io_context &io)
    {
        asio::local::stream_protocol::socket near(io);
        asio::local::stream_protocol::socket far(io);
        asio::local::connect_pair(near, far);
        controllers = std::make_shared<sys::MessageChannel>(std::move(near));
        own = std::make_shared<sys::MessageChannel>(std::move(far));
        controllers->start([](std::string_view) {},
                           [this](const std::string &cause) { closed = cause; });
    }
    void read()
    {
        own->start(
            [this](std::string_view bytes) {
                most_queued = std::max(most_queued, controllers->queuedBytes());
                v1::HostCommand command;
                if (sys::parseMessage(bytes, command))
                    if (auto whole = book.take(command.orders()))
                        taken.push_back(std::move(*whole));
            },
            [](const std::string &) {});
    }

    sys::ChannelPtr controllers;
    sys::ChannelPtr own;
    host::OrderBook book;
    std::vector<std::vector<host::WholeOrder>> taken;
    std::size_t most_queued = 0;
    std::string closed;
};

template <typename Condition> bool runUntil(asio::io_context &io, Condition holds)
{
    while (!holds() && io.run_one_for(std::chrono::seconds(20)) > 0) {
    }
    return holds();
}

} // namespace

class OrderSenderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void moreThanAChannelHoldsArrives();
    void onlyTheLatestFollowsWhatWasBegun();
};

void OrderSenderTest::moreThanAChannelHoldsArrives()
{
    asio::io_context io;
    Host host(io);
    engine::OrderSender sender;
    sender.setOrders(orders(30, 8 * kMiB, 7));
    sender.begin(host.controllers); // nobody reads yet
    io.run_for(std::chrono::milliseconds(50));
    QVERIFY(host.controllers->queuedBytes() < sys::kQueuedBytesMax / 2);
    host.read();
    QVERIFY(runUntil(io, [&] { return !host.taken.empty(); }));
    QCOMPARE(host.closed, std::string());
    QVERIFY(host.most_queued <= 2 * engine::OrderSender::kWindowBytes + kMiB);
    QCOMPARE(host.taken.front().size(), std::size_t(30));
    for (const host::WholeOrder &one : host.taken.front())
        QCOMPARE(one.common->roles(0).settings(0).value().size(), 8 * kMiB);
}

void OrderSenderTest::onlyTheLatestFollowsWhatWasBegun()
{
    asio::io_context io;
    Host host(io);
    engine::OrderSender sender;
    sender.begin(host.controllers);
    for (std::uint64_t revision = 1; revision <= 50; ++revision)
        sender.setOrders(orders(4, 8 * kMiB, revision));
    host.read();
    const auto generation = [&] { return host.taken.back().front().order.generation(); };
    QVERIFY(runUntil(io, [&] { return !host.taken.empty() && generation() == 50; }));
    QCOMPARE(host.taken.size(), std::size_t(2));
    QCOMPARE(host.closed, std::string());
    // Its connection was lost in the middle: the next one is told everything.
    sender.setOrders(orders(4, 7 * kMiB, 51));
    Host next(io);
    sender.begin(next.controllers);
    next.read();
    QVERIFY(runUntil(io, [&] { return !next.taken.empty(); }));
    QCOMPARE(next.taken.back().size(), std::size_t(4));
    QCOMPARE(next.taken.back().back().common->roles(0).settings(0).value().size(), 7 * kMiB);
}

QTEST_GUILESS_MAIN(OrderSenderTest)
#include "order_sender_test.moc"
