// From a routing table to names, files and ports.
#include "backend/edge/listen_sockets.h"
#include "backend/edge/proxy_config.h"
#include "backend/edge/running_state.h"

#include <QTest>
#include <cerrno>
#include <unistd.h>

using namespace slipway;
using namespace slipway::edge;

namespace
{

const std::string kKey = "shop/production/80";

v1::Pool pool(const std::string &deployment, v1::Protocol protocol = v1::HTTP)
{
    v1::Pool result;
    result.set_id(deployment + "/In");
    result.set_deployment_id(deployment);
    result.set_protocol(protocol);
    v1::PoolServer &server = *result.add_servers();
    server.set_instance("Web_IN_0");
    server.set_target("unix:/run/a b/" + deployment + ".sock");
    return result;
}

v1::RoutingTable table(const std::vector<v1::Pool> &pools)
{
    v1::RoutingTable result;
    result.set_revision(4);
    for (const v1::Pool &one : pools)
        *result.add_pools() = one;
    v1::Listener &listener = *result.add_listeners();
    listener.set_key(kKey);
    listener.set_address("127.91.1.1");
    listener.set_port(80);
    listener.set_protocol(v1::HTTP);
    listener.set_pool(pools.empty() ? "" : pools[0].id());
    return result;
}

Layout layoutOf(const v1::RoutingTable &wanted)
{
    BackendBook book;
    book.assign(wanted, {});
    return makeLayout(wanted, book, {{kKey, 9}});
}

QString configOf(const v1::RoutingTable &wanted)
{
    const ProxyFiles files{"/tmp/it's", 5};
    return QString::fromStdString(configText(layoutOf(wanted), files, {3, 777}));
}

v1::Listener listener(std::uint32_t port, v1::Protocol protocol = v1::HTTP)
{
    v1::Listener result;
    result.set_key(kKey);
    // Tests run side by side: an address of this process alone.
    result.set_address("127.91." + std::to_string(getpid() / 250 % 250) + "." +
                       std::to_string(getpid() % 250 + 1));
    result.set_port(port);
    result.set_protocol(protocol);
    return result;
}

v1::BoundListener bind(ListenSockets &sockets, const v1::Listener &wanted)
{
    v1::RoutingTable only;
    *only.add_listeners() = wanted;
    sockets.update(only);
    return sockets.bound()[0];
}

} // namespace

class EdgeConfigTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void globalsAndFiles();
    void frontendInheritsItsSocket();
    void rulesComeBeforeTheSampling();
    void serversAreWritten();
    void drainingServersAreLeftOut();
    void probesAreWritten();
    void quotesInPathsAreEscaped();
    void emptyTableHasAnAnswer();
    void serverNamesAreClean();
    void poolsKeepTheirBackends();
    void busyBackendsAreNotGivenAway();
    void kindChangeMovesThePool();
    void wantedPortIsTaken();
    void usedPortIsReplaced();
    void earlierPortIsKept();
    void adoptedSocketIsUsed();
    void unservedProtocolsSayWhy();
    void fallbackPorts();
};

void EdgeConfigTest::globalsAndFiles()
{
    const QString text = configOf(table({pool("d1")}));
    QVERIFY(text.contains(QStringLiteral("nbthread 3\n")));
    QVERIFY(text.contains(QStringLiteral("maxconn 777\n")));
    QVERIFY(text.contains(QStringLiteral("hard-stop-after 35000ms\n")));
    QVERIFY(text.contains(QStringLiteral("cli-5.sock")));
    QVERIFY(text.contains(QStringLiteral("level admin")));
}

void EdgeConfigTest::frontendInheritsItsSocket()
{
    const QString text = configOf(table({pool("d1")}));
    const QString name = QString::fromStdString(frontendName(kKey));
    QVERIFY(
        text.contains(QStringLiteral("frontend ") + name + QStringLiteral("\n    bind fd@9\n")));
    QVERIFY(text.contains(QStringLiteral("use_backend %[str(") + name + QStringLiteral("),map(")));
    QCOMPARE(routesText(layoutOf(table({pool("d1")}))),
             "# frontend backend\n" + frontendName(kKey) + " http-0\n");
}

// The sampling's `allow` ends the rules: whatever must hold for every request stands before it.
void EdgeConfigTest::rulesComeBeforeTheSampling()
{
    const QString text = configOf(table({pool("d1")}));
    const auto sampling = text.indexOf(QStringLiteral("http-request allow"));
    QVERIFY(sampling > 0);
    for (const QString &rule :
         {QStringLiteral("X-Forwarded-For %[var(sess.client)]\n"),
          QStringLiteral("disable-l7-retry unless"), QStringLiteral("set-log-level silent\n")}) {
        QVERIFY2(text.indexOf(rule) > 0, qPrintable(rule));
        QVERIFY2(text.indexOf(rule) < sampling, qPrintable(rule));
    }
}

void EdgeConfigTest::serversAreWritten()
{
    const QString text = configOf(table({pool("d1"), pool("d2", v1::TCP)}));
    const QString server = QString::fromStdString(serverName(pool("d1").servers(0)));
    QVERIFY(text.contains(QStringLiteral("server ") + server +
                          QStringLiteral(" 'unix@/run/a b/d1.sock'\n")));
    QVERIFY(text.contains(QStringLiteral("backend tcp-0\n    mode tcp\n")));
    QVERIFY(text.contains(QStringLiteral("backend http-12\n"))); // spares
    QVERIFY(!text.contains(QStringLiteral("backend http-13\n")));
}

void EdgeConfigTest::drainingServersAreLeftOut()
{
    v1::Pool draining = pool("d1");
    draining.mutable_servers(0)->set_drain(true);
    QVERIFY(!configOf(table({draining})).contains(QStringLiteral("    server ")));
}

void EdgeConfigTest::probesAreWritten()
{
    v1::Pool probed = pool("d1");
    probed.mutable_probe()->set_protocol(v1::HTTP);
    probed.mutable_probe()->set_path("/health");
    probed.mutable_probe()->set_interval_s(5);
    probed.mutable_probe()->set_timeout_s(11);
    const v1::RoutingTable wanted = table({probed});
    QVERIFY(configOf(wanted).contains(QStringLiteral(" check inter 5s fall 2 rise 1\n")));
    QCOMPARE(probesText(layoutOf(wanted)), std::string("# backend path\nhttp-probed-0 /health\n"));
}

void EdgeConfigTest::quotesInPathsAreEscaped()
{
    QVERIFY(configOf(table({})).contains(QStringLiteral("'/tmp/it'\\''s/cli-5.sock'")));
    QCOMPARE(escaped("a b;c\\<"), std::string("a\\ b\\;c\\\\\\<"));
}

void EdgeConfigTest::emptyTableHasAnAnswer()
{
    const QString text = configOf(table({}));
    QVERIFY(text.contains(QStringLiteral("Nothing is deployed at this address.")));
    QCOMPARE(layoutOf(table({})).routes.at(frontendName(kKey)), std::string("none"));
}

void EdgeConfigTest::serverNamesAreClean()
{
    v1::PoolServer server;
    server.set_instance(std::string(80, 'x') + "/Bäcker IN;0");
    server.set_target("unix:/a");
    const std::string name = serverName(server);
    QVERIFY(name.size() < 80);
    QVERIFY(QString::fromStdString(name).contains(QLatin1Char('.')));
    server.set_target("unix:/b");
    QVERIFY(serverName(server) != name); // another place is another server
}

void EdgeConfigTest::poolsKeepTheirBackends()
{
    BackendBook book;
    QVERIFY(book.assign(table({pool("d1"), pool("d2")}), {}));
    QCOMPARE(book.backendOf("d2/In"), std::string("http-1"));
    QVERIFY(!book.assign(table({pool("d2"), pool("d3")}), {}));
    QCOMPARE(book.backendOf("d2/In"), std::string("http-1"));
    QCOMPARE(book.backendOf("d3/In"), std::string("http-0"));
    QCOMPARE(book.backendOf("d1/In"), std::string());
}

void EdgeConfigTest::busyBackendsAreNotGivenAway()
{
    BackendBook book;
    book.assign(table({pool("d1")}), {"http-0"});
    QCOMPARE(book.backendOf("d1/In"), std::string("http-1"));
}

void EdgeConfigTest::kindChangeMovesThePool()
{
    BackendBook book;
    book.assign(table({pool("d1")}), {});
    book.assign(table({pool("d1", v1::TCP)}), {});
    QCOMPARE(book.backendOf("d1/In"), std::string("tcp-0"));
}

void EdgeConfigTest::wantedPortIsTaken()
{
    ListenSockets sockets;
    const v1::BoundListener bound = bind(sockets, listener(8081));
    QCOMPARE(bound.bound_port(), 8081U);
    QCOMPARE(bound.reason(), std::string());
    const int fd = sockets.fds().at(kKey);
    bind(sockets, listener(8081));
    QCOMPARE(sockets.fds().at(kKey), fd);
}

void EdgeConfigTest::usedPortIsReplaced()
{
    const auto other = listenOn(listener(0).address(), 8082);
    QVERIFY(other);
    ListenSockets sockets;
    const v1::BoundListener bound = bind(sockets, listener(8082));
    QCOMPARE(bound.bound_port(), 28082U);
    QCOMPARE(bound.reason(), std::string("port 8082 is used by another program; using 28082"));
    close(*other);
}

void EdgeConfigTest::earlierPortIsKept()
{
    ListenSockets sockets;
    v1::Listener wanted = listener(8083);
    wanted.set_bound_port(28099);
    QCOMPARE(bind(sockets, wanted).bound_port(), 28099U);
}

void EdgeConfigTest::adoptedSocketIsUsed()
{
    const v1::Listener wanted = listener(8084);
    const int fd = listenOn(wanted.address(), 8084).value_or(-1);
    QVERIFY(fd >= 0);
    ListenSockets sockets;
    sockets.adopt({fd});
    QVERIFY(sockets.hasAdopted(wanted.address(), 8084));
    QVERIFY(!sockets.hasAdopted(wanted.address(), 8085));
    QCOMPARE(bind(sockets, wanted).bound_port(), 8084U);
    QCOMPARE(sockets.fds().at(kKey), fd);
}

void EdgeConfigTest::unservedProtocolsSayWhy()
{
    ListenSockets sockets;
    const v1::BoundListener https = bind(sockets, listener(443, v1::HTTPS));
    QCOMPARE(https.bound_port(), 0U);
    QVERIFY(QString::fromStdString(https.error()).contains(QStringLiteral("certificate")));
    QVERIFY(!bind(sockets, listener(53, v1::UDP)).error().empty());
}

void EdgeConfigTest::fallbackPorts()
{
    QCOMPARE(firstFallbackPort(80), 20080U);
    QCOMPARE(firstFallbackPort(8443), 28443U);
    QCOMPARE(firstFallbackPort(65535), 25535U);
    QCOMPARE(fallbackReason(80, 20080, EACCES),
             std::string("port 80 needs administrator rights; using 20080"));
}

QTEST_GUILESS_MAIN(EdgeConfigTest)
#include "edge_config_test.moc"
