// Orders on their way: cut into parts by the controller, put together again by the host.
#include "backend/engine/local/order_parts.h"
#include "backend/host/order_book.h"
#include "backend/proto/orders.h"
#include "backend/sys/message_channel.h"

#include <QTest>

using namespace slipway;

namespace
{

constexpr std::size_t kMiB = 1024 * 1024;

v1::DeploymentOrder deployment(const std::string &id, std::size_t settings_bytes, int peers)
{
    v1::DeploymentOrder common;
    common.set_deployment_id(id);
    common.set_service("shop");
    v1::RoleOrder &role = *common.add_roles();
    role.mutable_role()->set_name("Web");
    role.set_content_path("/content");
    v1::Setting &setting = *role.add_settings();
    setting.set_name("Big");
    setting.set_value(std::string(settings_bytes, 'x'));
    for (int i = 0; i < peers; ++i) {
        v1::Peer &peer = *common.add_peers();
        peer.set_role("Web");
        peer.set_instance("Web_IN_" + std::to_string(i));
        peer.set_endpoint("inner");
        peer.set_address("127.100.0.1");
    }
    return common;
}

v1::HostOrders orders(std::uint64_t revision, const std::string &id, int instances)
{
    v1::HostOrders result;
    result.set_revision(revision);
    for (int i = 0; i < instances; ++i) {
        v1::InstanceOrder &order = *result.add_instances();
        order.set_deployment_id(id);
        order.set_name("Web_IN_" + std::to_string(i));
        order.set_role_name("Web");
        order.set_run(true);
    }
    return result;
}

std::size_t bytesOf(const std::vector<v1::HostCommand> &parts)
{
    std::size_t bytes = 0;
    for (const v1::HostCommand &part : parts)
        bytes += part.ByteSizeLong();
    return bytes;
}

std::optional<std::vector<host::WholeOrder>> take(host::OrderBook &book,
                                                  const std::vector<v1::HostCommand> &parts)
{
    std::optional<std::vector<host::WholeOrder>> taken;
    for (const v1::HostCommand &part : parts) {
        if (taken)
            return std::nullopt; // nothing may come after the last part
        taken = book.take(part.orders());
    }
    return taken;
}

} // namespace

class OrdersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void largeOrdersTravelInParts();
    void onlyWhatChangedIsToldAgain();
    void aNewConnectionIsToldEverything();
    void whatIsGoneIsForgotten();
};

void OrdersTest::largeOrdersTravelInParts()
{
    v1::HostOrders whole = orders(7, "d1", 200'000);
    for (const char *id : {"d1", "d2", "d3", "d4", "d5"})
        *whole.add_deployments() = deployment(id, 3 * kMiB, 10'000);
    QVERIFY(whole.ByteSizeLong() > sys::kMessageBytesMax);
    engine::OrderParts parts;
    const auto cut = parts.cut(whole);
    QVERIFY(cut.size() > 5);
    for (const v1::HostCommand &part : cut)
        QVERIFY(part.ByteSizeLong() <= engine::kOrderPartBytesMax + 1'000);
    host::OrderBook book;
    const auto taken = take(book, cut);
    QVERIFY(taken);
    QCOMPARE(taken->size(), std::size_t(200'000));
    const host::WholeOrder &last = taken->back();
    QCOMPARE(last.order.name(), std::string("Web_IN_199999"));
    QCOMPARE(last.order.content_path(), std::string("/content"));
    QCOMPARE(last.order.service(), std::string("shop"));
    v1::InstanceOrder order = last.order;
    addSurroundings(order, *last.common);
    QCOMPARE(order.settings(0).value().size(), 3 * kMiB);
    QCOMPARE(order.peers_size(), 10'000);
}

void OrdersTest::onlyWhatChangedIsToldAgain()
{
    v1::HostOrders whole = orders(1, "d1", 3);
    *whole.add_deployments() = deployment("d1", 3 * kMiB, 10);
    engine::OrderParts parts;
    host::OrderBook book;
    const auto first = take(book, parts.cut(whole));
    QVERIFY(first);
    whole.set_revision(2);
    whole.mutable_instances(1)->set_generation(5);
    const auto again = parts.cut(whole);
    QCOMPARE(again.size(), std::size_t(1));
    QVERIFY(bytesOf(again) < 1'000);
    const auto second = take(book, again);
    QVERIFY(second);
    QCOMPARE(second->at(1).order.generation(), 5U);
    QCOMPARE(second->at(1).common, first->at(1).common); // the very same: nobody is told again
    whole.set_revision(3);
    whole.mutable_deployments(0)->mutable_peers(0)->set_ready(true);
    const auto third = take(book, parts.cut(whole));
    QVERIFY(third);
    QVERIFY(third->front().common->peers(0).ready());
    QVERIFY(third->front().common != first->front().common);
}

void OrdersTest::aNewConnectionIsToldEverything()
{
    v1::HostOrders whole = orders(1, "d1", 1);
    *whole.add_deployments() = deployment("d1", 10, 10);
    host::OrderBook book;
    engine::OrderParts before;
    const auto first = take(book, before.cut(whole));
    // Half of an order got through, then the controller was gone.
    v1::HostOrders half = orders(0, "d9", 5);
    QVERIFY(!book.take(half));
    book.begin();
    engine::OrderParts after;
    const auto second = take(book, after.cut(whole));
    QVERIFY(first && second);
    QCOMPARE(second->size(), std::size_t(1));
    QCOMPARE(second->front().common, first->front().common);
}

void OrdersTest::whatIsGoneIsForgotten()
{
    v1::HostOrders whole = orders(1, "d1", 1);
    *whole.add_deployments() = deployment("d1", 10, 10);
    engine::OrderParts parts;
    host::OrderBook book;
    QVERIFY(take(book, parts.cut(whole)));
    v1::HostOrders none;
    none.set_revision(2);
    const auto empty = take(book, parts.cut(none));
    QVERIFY(empty && empty->empty());
    whole.set_revision(3);
    const auto back = take(book, parts.cut(whole)); // both sides forgot it
    QVERIFY(back);
    QCOMPARE(back->front().order.content_path(), std::string("/content"));
}

QTEST_GUILESS_MAIN(OrdersTest)
#include "orders_test.moc"
