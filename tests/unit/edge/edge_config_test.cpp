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
    server.set_target("unix:/run/mesh/a b/" + deployment + ".sock");
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

ProxyCell cell(ProxyCell::Kind kind = ProxyCell::Kind::OwnUser)
{
    ProxyCell result;
    result.kind = kind;
    result.mesh = "/run/mesh";
    result.user = 190'007;
    return result;
}

Layout layoutOf(const v1::RoutingTable &wanted)
{
    BackendBook book;
    book.assign(wanted, {});
    return makeLayout(wanted, book, {{kKey, 9}}, cell());
}

QString configOf(const v1::RoutingTable &wanted, ProxyCell::Kind kind = ProxyCell::Kind::OwnUser)
{
    const ProxyFiles files{"/tmp/it's", 5};
    return QString::fromStdString(configText(layoutOf(wanted), files, {3, 777}, cell(kind)));
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
    void answersAreAnswers();
    void serversAreWritten();
    void drainingServersAreLeftOut();
    void probesAreWritten();
    void quotesInPathsAreEscaped();
    void rootGivesHAProxyAUserOfItsOwn();
    void refusedTargetsSpareTheOthers();
    void doubledNamesAreWrittenOnce();
    void timesStayWithinHAProxysOwn();
    void listenersShareTheConnections();
    void spoiledBookIsBounded();
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
          QStringLiteral("disable-l7-retry unless"), QStringLiteral("set-log-level silent\n"),
          QStringLiteral("disable-l7-retry if { req.hdr_val(content-length) gt 0 }\n"),
          QStringLiteral("set-var(txn.idle) int(240000)\n")}) {
        QVERIFY2(text.indexOf(rule) > 0, qPrintable(rule));
        QVERIFY2(text.indexOf(rule) < sampling, qPrintable(rule));
    }
}

// Only what got no answer is sent again, and a process that was replaced lives as long as it is
// used.
void EdgeConfigTest::answersAreAnswers()
{
    const QString text = configOf(table({pool("d1")}));
    QVERIFY(text.contains(QStringLiteral("retry-on conn-failure empty-response\n")));
    QVERIFY(text.contains(QStringLiteral("set-timeout server var(txn.idle)\n")));
    QVERIFY(!text.contains(QStringLiteral("hard-stop-after")));
}

void EdgeConfigTest::serversAreWritten()
{
    const QString text = configOf(table({pool("d1"), pool("d2", v1::TCP)}));
    const QString server = QString::fromStdString(serverName(pool("d1").servers(0)));
    QVERIFY(text.contains(QStringLiteral("server ") + server +
                          QStringLiteral(" 'unix@/a b/d1.sock'\n")));
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
}

void EdgeConfigTest::rootGivesHAProxyAUserOfItsOwn()
{
    const QString text = configOf(table({pool("d1")}));
    QVERIFY(
        text.contains(QStringLiteral("    chroot '/run/mesh'\n    uid 190007\n    gid 190007\n")));
    QVERIFY(text.contains(QStringLiteral("log '/.edge/log.sock' ")));
    for (const auto kind :
         {ProxyCell::Kind::OwnView, ProxyCell::Kind::Walled, ProxyCell::Kind::Open}) {
        const QString other = configOf(table({pool("d1")}), kind);
        QVERIFY(!other.contains(QStringLiteral("chroot")));
        QVERIFY(other.contains(QStringLiteral("    uid 190007\n    gid 190007\n")));
        QVERIFY(other.contains(QStringLiteral("log '/run/mesh/.edge/log.sock' ")));
    }
}

void EdgeConfigTest::refusedTargetsSpareTheOthers()
{
    v1::Pool mixed = pool("d1");
    const std::string bad[] = {"unix:/run/fabric.sock",
                               "unix:/run/mesh/../fabric.sock",
                               "unix:/run/mesh",
                               "unix:/run/mesh/",
                               "unix:mesh/a.sock",
                               "unix:/run/mesh/a\n    server evil 10.0.0.1:80",
                               "unix:/run/mesh/a\tb",
                               std::string("unix:/run/mesh/a\0b", 17),
                               "unix:/run/mesh/$HOME",
                               "unix:/run/mesh/" + std::string(120, 'a'),
                               "10.0.0.5:80",
                               "0.0.0.0:80",
                               "127.0.0.1:0",
                               "127.0.0.1:70000",
                               "127.0.0.1:80x",
                               "127.0.0.1",
                               "localhost:80",
                               "fd@3",
                               "abns@x",
                               "ipv4@127.0.0.1:80",
                               "[::1]:80",
                               "unix@/run/mesh/a"};
    for (const std::string &target : bad) {
        v1::PoolServer &server = *mixed.add_servers();
        server.set_instance("Web_IN_1");
        server.set_target(target);
    }
    v1::PoolServer &loopback = *mixed.add_servers();
    loopback.set_instance("Web_IN_2");
    loopback.set_target("127.1.2.3:8080");
    const Layout layout = layoutOf(table({mixed, pool("d2")}));
    QCOMPARE(layout.backends.at("http-0").servers.size(), std::size_t(2));
    QCOMPARE(layout.backends.at("http-0").servers[1].address, std::string("ipv4@127.1.2.3:8080"));
    QVERIFY(QString::fromStdString(layout.problems.at(kKey))
                .startsWith(QStringLiteral("Web_IN_1 gets no requests: ")));
    QCOMPARE(layout.backends.at("http-1").servers.size(), std::size_t(1));
}

// Two equal names would stop HAProxy's start for everybody.
void EdgeConfigTest::doubledNamesAreWrittenOnce()
{
    v1::Pool twice = pool("d1");
    *twice.add_servers() = twice.servers(0);
    v1::RoutingTable wanted = table({twice});
    *wanted.add_listeners() = wanted.listeners(0);
    wanted.mutable_listeners(1)->set_idle_timeout_ms(5);
    const Layout layout = layoutOf(wanted);
    QCOMPARE(layout.backends.at("http-0").servers.size(), std::size_t(1));
    QCOMPARE(layout.frontends.size(), std::size_t(1));
    QVERIFY(frontendName("a/production/80") != frontendName("a/staging/80"));
}

void EdgeConfigTest::timesStayWithinHAProxysOwn()
{
    v1::Pool probed = pool("d1");
    probed.mutable_probe()->set_protocol(v1::HTTP);
    probed.mutable_probe()->set_interval_s(UINT32_MAX);
    probed.mutable_probe()->set_timeout_s(UINT32_MAX);
    v1::RoutingTable wanted = table({probed});
    wanted.set_drain_limit_ms(UINT32_MAX);
    wanted.mutable_listeners(0)->set_idle_timeout_ms(UINT32_MAX);
    const QString text = configOf(wanted);
    QVERIFY(text.contains(QStringLiteral("timeout client 86400000ms\n")));
    QVERIFY(text.contains(QStringLiteral(" check inter 3600s fall 100 rise 1\n")));
}

// Whatever one listener's clients hold, another one's find room.
void EdgeConfigTest::listenersShareTheConnections()
{
    for (const std::uint64_t open_files : {256ULL, 1024ULL, 20'000ULL, 1'000'000ULL})
        for (const std::size_t listeners : {1U, 2U, 10U, 100U}) {
            Layout layout;
            for (std::size_t i = 0; i < listeners; ++i)
                layout.frontends.insert({"f-" + std::to_string(i), true, 0});
            const ProxyLimits limits = limitsFor(open_files, 2, layout);
            const unsigned share = connectionsPerListener(limits, listeners);
            QVERIFY(share >= 8);
            const bool enough = open_files >= 20'000 || listeners <= 2;
            QVERIFY(!enough || share * listeners <= std::max(limits.connections, 16U));
            QVERIFY(open_files < 1024 || limits.connections * 2 < open_files);
            QCOMPARE(limitProblem(limits, listeners).empty(), share >= 100);
        }
    QVERIFY(configOf(table({pool("d1")})).contains(QStringLiteral("bind fd@9\n    maxconn 777\n")));
}

void EdgeConfigTest::spoiledBookIsBounded()
{
    BackendBook book;
    book.restore({{"d1/In", "http-99999999999999999999"}, {"d2/In", "http-"}, {"d3/In", "http-1x"}},
                 {{PoolKind::Http, UINT32_MAX}});
    book.assign(table({pool("d1"), pool("d2"), pool("d3")}), {});
    book.provision();
    QCOMPARE(book.capacity().at(PoolKind::Http), kCapacityMax);
    for (const char *id : {"d1/In", "d2/In", "d3/In"})
        QVERIFY(backendNumber(book.backendOf(id), PoolKind::Http).has_value());
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
    QVERIFY(name.size() < 100);
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
