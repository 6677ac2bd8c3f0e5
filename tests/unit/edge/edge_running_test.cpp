// The commands that bring a running HAProxy from what it holds to what is wanted.
#include "backend/edge/running_state.h"

#include <QTest>
#include <algorithm>

using namespace slipway::edge;

namespace
{

using Commands = std::vector<std::string>;
constexpr const char *kProbes = "probes-1.map";

WantedServer server(const std::string &name, bool drain = false)
{
    return {name, "unix@/run/" + name, drain, {"d1", name}};
}

Layout layout(std::vector<WantedServer> servers)
{
    Layout result;
    result.revision = 1;
    result.frontends = {{"f-1", true, 0}};
    result.routes = {{"f-1", "http-0"}};
    result.capacity = {{PoolKind::Http, 2}, {PoolKind::HttpWithHttpProbe, 2}};
    WantedBackend &backend = result.backends["http-0"];
    backend.deployment_id = "d1";
    backend.servers = std::move(servers);
    return result;
}

RunningState running(const Layout &configured)
{
    RunningState state;
    state.setConfigured(configured);
    return state;
}

} // namespace

class EdgeRunningTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingToDo();
    void addsServers();
    void probedServersAreChecked();
    void escapesPaths();
    void drainsAndBack();
    void removesAndForgets();
    void returnsBeforeItIsDeleted();
    void movesRoutes();
    void retiredTurnsAwayWhatItLacks();
    void fitsOnlyItsConfiguration();
    void restoresWhatRuns();
};

void EdgeRunningTest::nothingToDo()
{
    RunningState state = running(layout({server("a")}));
    QVERIFY(state.additions(layout({server("a")}), kProbes).empty());
    QVERIFY(!state.routeChanges(layout({server("a")})));
    QVERIFY(state.removals(layout({server("a")}), 0).empty());
}

void EdgeRunningTest::addsServers()
{
    RunningState state = running(layout({server("a")}));
    const Commands expected{"add server http-0/b unix@/run/b", "enable server http-0/b"};
    QVERIFY(state.additions(layout({server("a"), server("b")}), kProbes) == expected);
    QVERIFY(state.holds("http-0", "b"));
    QVERIFY(state.additions(layout({server("a"), server("b")}), kProbes).empty());
}

void EdgeRunningTest::probedServersAreChecked()
{
    Layout wanted = layout({});
    WantedBackend &backend = wanted.backends["http-probed-1"];
    backend.kind = PoolKind::HttpWithHttpProbe;
    backend.probed = true;
    backend.probe_path = "/a b";
    backend.probe_interval_s = 5;
    backend.probe_failures = 2;
    backend.servers = {server("a")};
    RunningState state = running(layout({}));
    const Commands expected{"add map probes-1.map http-probed-1 /a\\ b",
                            "add server http-probed-1/a unix@/run/a check inter 5s fall 2 rise 1",
                            "enable health http-probed-1/a", "enable server http-probed-1/a",
                            "set server http-probed-1/a health up"};
    QVERIFY(state.additions(wanted, kProbes) == expected);
    const Commands trust{"set server http-probed-1/a health up"};
    QVERIFY(RunningState::firstTrust(wanted) == trust);
}

void EdgeRunningTest::escapesPaths()
{
    WantedServer odd = server("a");
    odd.address = "unix@/run/my files;x";
    RunningState state = running(layout({}));
    QCOMPARE(state.additions(layout({odd}), kProbes).at(0),
             std::string("add server http-0/a unix@/run/my\\ files\\;x"));
}

void EdgeRunningTest::drainsAndBack()
{
    RunningState state = running(layout({server("a"), server("b")}));
    const Layout draining = layout({server("a", true), server("b")});
    QVERIFY(state.additions(draining, kProbes).empty());
    QVERIFY(state.removals(draining, 0) == Commands{"set server http-0/a state drain"});
    QVERIFY(state.removals(draining, 0).empty());
    QVERIFY(state.additions(layout({server("a"), server("b")}), kProbes) ==
            Commands{"set server http-0/a state ready"});
}

void EdgeRunningTest::removesAndForgets()
{
    RunningState state = running(layout({server("a"), server("b")}));
    QVERIFY(state.removals(layout({server("b")}), 30) ==
            Commands{"set server http-0/a state maint"});
    QCOMPARE(state.leaving().size(), std::size_t(1));
    QCOMPARE(state.leaving().begin()->second.leaving_since_ms, std::int64_t(30));
    state.forget("http-0", "a");
    QVERIFY(state.leaving().empty());
    QVERIFY(!state.holds("http-0", "a"));
}

void EdgeRunningTest::returnsBeforeItIsDeleted()
{
    RunningState state = running(layout({server("a"), server("b")}));
    state.removals(layout({server("b")}), 0);
    QVERIFY(state.additions(layout({server("a"), server("b")}), kProbes) ==
            Commands{"set server http-0/a state ready"});
    QVERIFY(state.leaving().empty());
}

void EdgeRunningTest::movesRoutes()
{
    RunningState state = running(layout({server("a")}));
    Layout moved = layout({server("a")});
    moved.routes["f-1"] = "http-1";
    const auto routes = state.routeChanges(moved);
    QVERIFY(routes && routes->at("f-1") == "http-1");
    QVERIFY(!state.routeChanges(moved));
    moved.routes["f-1"] = "http-7"; // beyond the capacity
    QCOMPARE(state.routeChanges(moved)->at("f-1"), std::string("moved"));
    moved.routes.clear();
    QCOMPARE(state.routeChanges(moved)->at("f-1"), std::string("none"));
}

void EdgeRunningTest::retiredTurnsAwayWhatItLacks()
{
    RunningState state = running(layout({server("a")}));
    state.setRetired();
    QVERIFY(state.additions(layout({server("a"), server("b")}), kProbes).empty());
    QVERIFY(!state.routeChanges(layout({server("a"), server("b")})));
    QCOMPARE(state.routeChanges(layout({server("b")}))->at("f-1"), std::string("moved"));
    QVERIFY(state.removals(layout({server("b")}), 0).empty());
}

void EdgeRunningTest::fitsOnlyItsConfiguration()
{
    const RunningState state = running(layout({}));
    QVERIFY(state.fits(layout({server("a")}))); // servers come and go without a reload
    Layout other = layout({});
    other.frontends.insert({"f-2", true, 0});
    QVERIFY(!state.fits(other));
    other = layout({});
    other.capacity[PoolKind::Tcp] = 1;
    QVERIFY(!state.fits(other));
}

void EdgeRunningTest::restoresWhatRuns()
{
    RunningState state;
    state.restore({{"http-0", "a", false, false}, {"http-0", "b", true, false}},
                  {{"f-1", "http-0"}}, {}, layout({}).frontends, layout({}).capacity, 50);
    QVERIFY(state.fits(layout({})));
    QVERIFY(!state.routeChanges(layout({server("a")})));
    QCOMPARE(state.leaving().size(), std::size_t(1));
    QVERIFY(state.backendsInUse() == std::set<std::string>{"http-0"});
}

QTEST_GUILESS_MAIN(EdgeRunningTest)
#include "edge_running_test.moc"
