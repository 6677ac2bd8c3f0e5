// Draining, cutting, ports that cannot be bound, empty pools, probes and figures.
#include "edge_harness.h"

#include "backend/edge/listen_sockets.h"

#include <QTest>
#include <unistd.h>

using namespace slipway;
using namespace slipway::test;

namespace
{
constexpr std::uint32_t kPort = 8080;
const std::string kKey = "shop/production/80";

const v1::PoolDrain *drainOf(const v1::EdgeReport &report, const std::string &deployment)
{
    for (const v1::PoolDrain &drain : report.draining())
        if (drain.deployment_id() == deployment)
            return &drain;
    return nullptr;
}
} // namespace

class EdgeDrainTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void drainWaitsForOpenRequest();
    void whatGoesOnElsewhereIsNotCut();
    void portIsReplaced();
    void unsupportedProtocolsAreExplained();
    void emptyPoolExplainsItself();
    void emptySlotHasNoListener();
    void tcpIsBalancedPerConnection();
    void probeTakesAServerOut();
    void metricsCount();
};

void EdgeDrainTest::drainWaitsForOpenRequest()
{
    EdgeHarness edge;
    edge.addPool("v1", 2);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    edge.table().mutable_pools(0)->mutable_servers()->DeleteSubrange(1, 1);
    QVERIFY(edge.apply());
    KeptClient slow(edge.address(), kPort);
    slow.send("/slow/1500"); // to the only server, Web_IN_0
    QVERIFY(edge.until([&] {
        return edge.metrics().samples_size() == 1 && edge.metrics().samples(0).open_requests() == 1;
    }));
    *edge.table().mutable_pools(0)->add_servers() = edge.startInstance("v1", "Web_IN_9");
    edge.table().mutable_pools(0)->mutable_servers(0)->set_drain(true);
    QVERIFY(edge.apply());
    QCOMPARE(edge.report().drained_size(), 0);
    KeptClient other(edge.address(), kPort);
    for (int i = 0; i < 4; ++i)
        QCOMPARE(other.get(), std::string("v1 Web_IN_9"));
    QVERIFY(edge.until([&] {
        const v1::PoolDrain *drain = drainOf(edge.report(), "v1");
        return drain && drain->open_requests() == 1;
    }));
    QCOMPARE(slow.receive(), std::string("v1 Web_IN_0"));
    QVERIFY(edge.until([&] { return edge.report().drained_size() == 1; }));
    QCOMPARE(edge.report().drained(0).instance(), std::string("Web_IN_0"));
}

void EdgeDrainTest::whatGoesOnElsewhereIsNotCut()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addPool("v2", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.addListener("shop/staging/80", kPort + 1, "v2/HttpIn");
    edge.table().set_drain_limit_ms(700);
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient old(edge.address(), kPort); // on v1, which is not routed there any more but lives
    KeptClient rightful(edge.address(), kPort + 1);
    old.send("/slow/2500");
    rightful.send("/slow/2500"); // on v2, which stays routed: not to be cut
    QVERIFY(edge.until([&] {
        std::uint32_t open = 0;
        for (const v1::MetricSample &sample : edge.metrics().samples())
            open += sample.open_requests();
        return open == 2;
    }));
    edge.table().mutable_listeners(0)->set_pool("v2/HttpIn");
    QVERIFY(edge.apply());
    QVERIFY(edge.until([&] {
        const v1::PoolDrain *drain = drainOf(edge.report(), "v1");
        return drain && drain->open_requests() == 1;
    }));
    QVERIFY(edge.until([&] { // beyond the limit nobody waits for it any more
        const v1::PoolDrain *drain = drainOf(edge.report(), "v1");
        return !drain || (drain->open_requests() == 0 && drain->cut() == 0);
    }));
    QCOMPARE(old.receive(), std::string("v1 Web_IN_0"));
    QCOMPARE(rightful.receive(), std::string("v2 Web_IN_0"));
}

void EdgeDrainTest::portIsReplaced()
{
    EdgeHarness edge;
    const auto holder = edge::listenOn(edge.address(), kPort);
    QVERIFY(holder.has_value());
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    const std::uint32_t port = edge.boundPort(kKey);
    QVERIFY(port >= edge::kFallbackPortFirst && port <= edge::kFallbackPortLast);
    QCOMPARE(edge.report().listeners(0).reason(),
             "port 8080 is used by another program; using " + std::to_string(port));
    KeptClient client(edge.address(), port);
    QCOMPARE(client.get(), std::string("v1 Web_IN_0"));
    close(*holder);
    edge.killKeeper();
    edge.startKeeper();
    QVERIFY(edge.apply());
    QCOMPARE(edge.boundPort(kKey), port);
}

void EdgeDrainTest::unsupportedProtocolsAreExplained()
{
    EdgeHarness edge;
    edge.addListener("shop/production/443", 443, "", v1::HTTPS);
    edge.addListener("shop/production/53", 53, "", v1::UDP);
    edge.startKeeper();
    QVERIFY(edge.apply());
    QCOMPARE(edge.report().listeners_size(), 2);
    QVERIFY(edge.report().listeners(0).error().find("certificate") != std::string::npos);
    QVERIFY(edge.report().listeners(1).error().find("http and tcp") != std::string::npos);
}

void EdgeDrainTest::emptyPoolExplainsItself()
{
    EdgeHarness edge;
    edge.addPool("v1", 0);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.addListener("shop/staging/80", kPort + 1, "");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient client(edge.address(), kPort);
    QCOMPARE(client.get(), std::string("503 No instance of this deployment is ready.\n"));
    KeptClient nothing(edge.address(), kPort + 1);
    QCOMPARE(nothing.get(), std::string("503 Nothing is deployed at this address.\n"));
}

void EdgeDrainTest::emptySlotHasNoListener()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.addListener("shop/staging/80", kPort + 1, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient kept(edge.address(), kPort); // keeps the first HAProxy alive
    QCOMPARE(kept.get(), std::string("v1 Web_IN_0"));
    edge.table().mutable_listeners()->RemoveLast();
    QVERIFY(edge.apply());
    KeptClient refused(edge.address(), kPort + 1);
    QVERIFY(!refused.isOpen());
    QCOMPARE(kept.get(), std::string("v1 Web_IN_0"));
}

void EdgeDrainTest::tcpIsBalancedPerConnection()
{
    EdgeHarness edge;
    edge.addPool("v1", 2, v1::TCP);
    edge.addPool("v2", 2, v1::TCP);
    edge.addListener(kKey, kPort, "v1/HttpIn", v1::TCP);
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient old(edge.address(), kPort);
    const std::string answer = old.get();
    QVERIFY(answer.starts_with("v1 "));
    edge.table().mutable_listeners(0)->set_pool("v2/HttpIn");
    QVERIFY(edge.apply());
    QCOMPARE(old.get(), answer);
    KeptClient fresh(edge.address(), kPort);
    QVERIFY(fresh.get().starts_with("v2 "));
}

void EdgeDrainTest::probeTakesAServerOut()
{
    EdgeHarness edge;
    v1::Probe &probe = *edge.addPool("v1", 1).mutable_probe();
    probe.set_protocol(v1::HTTP);
    probe.set_path("/fail");
    probe.set_interval_s(1);
    probe.set_timeout_s(1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    QVERIFY(edge.until([&] { return edge.report().probe_failed_size() == 1; }));
    QCOMPARE(edge.report().probe_failed(0).instance(), std::string("Web_IN_0"));
    KeptClient client(edge.address(), kPort);
    QVERIFY(client.get().starts_with("503 "));
    edge.table().mutable_pools(0)->mutable_probe()->set_path("/healthy");
    QVERIFY(edge.apply());
    QVERIFY(edge.until([&] { return edge.report().probe_failed_size() == 0; }));
    QVERIFY(edge.until([&] { return client.get() == "v1 Web_IN_0"; }));
}

void EdgeDrainTest::metricsCount()
{
    EdgeHarness edge;
    edge.addPool("v1", 1);
    edge.addListener(kKey, kPort, "v1/HttpIn");
    edge.startKeeper();
    QVERIFY(edge.apply());
    KeptClient client(edge.address(), kPort);
    std::uint64_t requests = 0;
    std::uint64_t errors = 0;
    std::uint32_t slowest_us = 0;
    const auto collect = [&](int wanted) {
        int seen = edge.messages();
        return edge.until([&] {
            if (edge.messages() != std::exchange(seen, edge.messages()) &&
                edge.metrics().samples_size() == 1) {
                requests += edge.metrics().samples(0).requests();
                errors += edge.metrics().samples(0).errors();
                slowest_us = std::max(slowest_us, edge.metrics().samples(0).latency_p99_us());
                *const_cast<v1::EdgeMetrics *>(&edge.metrics()) = {};
            }
            return requests == std::uint64_t(wanted);
        });
    };
    for (int i = 0; i < 7; ++i)
        client.get();
    client.get("/slow/1200");
    client.get("/fail");
    QVERIFY(collect(9));
    QCOMPARE(errors, std::uint64_t(1));
    QVERIFY2(slowest_us >= 1'200'000 && slowest_us < 2'200'000, std::to_string(slowest_us).c_str());
}

int main(int argc, char **argv)
{
    if (const auto part = slipway::test::playPart(argc, argv))
        return *part;
    EdgeDrainTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "edge_drain_test.moc"
