#include "backend/agent/metrics_sampler.h"
#include "backend/agent/peers.h"
#include "backend/agent/role_environment.h"
#include "backend/agent/role_plan.h"

#include <QTest>
#include <nlohmann/json.hpp>

using namespace slipway;
using namespace slipway::agent;

namespace
{

v1::InstanceOrder order()
{
    v1::InstanceOrder order;
    order.set_deployment_id("d0");
    order.set_name("Worker_IN_3");
    order.set_fault_domain(1);
    order.set_update_domain(4);
    order.mutable_role()->set_name("Worker");
    const auto endpoint = [&order](const char *name, v1::Endpoint::Kind kind, v1::Protocol protocol,
                                   std::uint32_t port) {
        v1::Endpoint *added = order.mutable_role()->add_endpoints();
        added->set_name(name);
        added->set_kind(kind);
        added->set_protocol(protocol);
        added->set_local_port(port);
    };
    endpoint("Inner", v1::Endpoint::INTERNAL, v1::TCP, 0);
    endpoint("Front-Door", v1::Endpoint::INPUT, v1::TCP, 3000);
    endpoint("Voice", v1::Endpoint::INPUT, v1::UDP, 53);
    v1::LocalStorage *storage = order.mutable_role()->add_local_storage();
    storage->set_name("Cache");
    storage->set_size_mb(20);
    v1::Setting *setting = order.add_settings();
    setting->set_name("Greeting");
    setting->set_value("hello");
    v1::Variable *variable = order.mutable_role()->add_environment();
    variable->set_name("Where");
    variable->set_value("%Greeting% from %ROLE_INSTANCE_ID%");
    return order;
}

RoleEnvironment environment()
{
    const v1::InstanceOrder wanted = order();
    return {wanted, AgentOptions(), choosePorts(wanted.role(), true, [] { return 1U; }).endpoints};
}

} // namespace

class AgentEnvironmentTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void choosesPorts();
    void answersPaths_data();
    void answersPaths();
    void tellsProgramsTheirWorld();
    void letsTheWebPortWin();
    void writesTopology();
    void measuresProcessors();
};

void AgentEnvironmentTest::choosesPorts()
{
    const PortChoice isolated = choosePorts(order().role(), true, [] { return 1U; });
    QCOMPARE(isolated.endpoints, (LocalPorts{{"Inner", 20'000}, {"Front-Door", 3000}}));
    QCOMPARE(isolated.web_program, 20'080U);
    std::uint32_t next = 40'000;
    const PortChoice shared = choosePorts(order().role(), false, [&next] { return next++; });
    QCOMPARE(shared.endpoints, (LocalPorts{{"Inner", 40'000}, {"Front-Door", 40'001}}));
    QCOMPARE(shared.web_program, 40'002U);
}

void AgentEnvironmentTest::answersPaths_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<std::string>("value"); // "?" stands for no answer
    const std::string here = "/RoleEnvironment/CurrentInstance/";
    const std::string setting = here + "ConfigurationSettings/ConfigurationSetting";
    const std::string storage = here + "LocalResources/LocalResource";
    const std::string endpoint = here + "Endpoints/Endpoint";
    QTest::newRow("emulated") << std::string("/RoleEnvironment/Deployment/@emulated")
                              << std::string("false");
    QTest::newRow("deployment") << std::string("/RoleEnvironment/Deployment/@id")
                                << std::string("d0");
    QTest::newRow("id") << std::string(here + "@id") << std::string("Worker_IN_3");
    QTest::newRow("update domain") << std::string(here + "@updateDomain") << std::string("4");
    QTest::newRow("fault domain") << std::string(here + "@faultDomain") << std::string("1");
    QTest::newRow("role") << std::string(here + "@roleName") << std::string("Worker");
    QTest::newRow("setting") << std::string(setting + "[@name='Greeting']/@value")
                             << std::string("hello");
    QTest::newRow("no setting") << std::string(setting + "[@name='Other']/@value")
                                << std::string("?");
    QTest::newRow("path") << std::string(storage + "[@name='Cache']/@path")
                          << std::string("/local/Cache");
    QTest::newRow("size") << std::string(storage + "[@name=\"Cache\"]/@sizeInMB")
                          << std::string("20");
    QTest::newRow("port") << std::string(endpoint + "[@name='Front-Door']/@port")
                          << std::string("3000");
    QTest::newRow("dynamic port") << std::string(endpoint + "[@name='Inner']/@port")
                                  << std::string("20000");
    QTest::newRow("address") << std::string(endpoint + "[@name='Inner']/@address")
                             << std::string("127.0.0.1");
    QTest::newRow("protocol") << std::string(endpoint + "[@name='Inner']/@protocol")
                              << std::string("tcp");
    QTest::newRow("unknown") << std::string("/RoleEnvironment/Other") << std::string("?");
}

void AgentEnvironmentTest::answersPaths()
{
    QFETCH(std::string, path);
    QFETCH(std::string, value);
    QCOMPARE(environment().valueOf(path).value_or("?"), value);
}

void AgentEnvironmentTest::tellsProgramsTheirWorld()
{
    const Environment variables = environment().forProgram(0);
    QCOMPARE(variables.at("PORT"), std::string("3000")); // input before internal
    QCOMPARE(variables.at("port"), std::string("3000"));
    QCOMPARE(variables.at("ENDPOINT_FRONT_DOOR_PORT"), std::string("3000"));
    QCOMPARE(variables.at("ROLE_INSTANCE_ID"), std::string("Worker_IN_3"));
    QCOMPARE(variables.at("ROLE_NAME"), std::string("Worker"));
    QCOMPARE(variables.at("DEPLOYMENT_ID"), std::string("d0"));
    QCOMPARE(variables.at("RoleRoot"), std::string("/role"));
    QCOMPARE(variables.at("TEMP"), std::string("/local/tmp"));
    QCOMPARE(variables.at("LOCAL_STORAGE_CACHE"), std::string("/local/Cache"));
    QCOMPARE(variables.at("Greeting"), std::string("hello"));
    QCOMPARE(variables.at("Where"), std::string("hello from Worker_IN_3"));
    QVERIFY(variables.contains("SLIPWAY_TOPOLOGY"));
}

void AgentEnvironmentTest::letsTheWebPortWin()
{
    v1::InstanceOrder web = order();
    web.mutable_role()->set_kind(v1::RoleDefinition::WEB);
    v1::Variable *variable = web.mutable_role()->add_environment();
    variable->set_name("PORT");
    variable->set_xpath("/RoleEnvironment/CurrentInstance/Endpoints/Endpoint"
                        "[@name='Front-Door']/@port");
    const RoleEnvironment all(web, AgentOptions(), {{"Front-Door", 3000}});
    QCOMPARE(all.forProgram(0).at("PORT"), std::string("3000"));
    QCOMPARE(all.forProgram(20'080).at("PORT"), std::string("20080"));
}

void AgentEnvironmentTest::writesTopology()
{
    v1::InstanceOrder all = order();
    v1::Peer *peer = all.add_peers();
    peer->set_role("Worker");
    peer->set_instance("Worker_IN_0");
    peer->set_endpoint("Inner");
    peer->set_protocol(v1::TCP);
    peer->set_address("127.100.0.1");
    peer->set_port(20'000);
    peer->set_ready(true);
    const auto list = nlohmann::json::parse(
        topologyText(all.peers(), [](const v1::Peer &one) { return one.port() + 1; }));
    QCOMPARE(list.size(), std::size_t(1));
    const nlohmann::json expected{
        {"role", "Worker"},  {"instance", "Worker_IN_0"}, {"endpoint", "Inner"},
        {"protocol", "tcp"}, {"address", "127.100.0.1"},  {"port", 20'001},
        {"ready", true}};
    QVERIFY(list[0] == expected);
}

void AgentEnvironmentTest::measuresProcessors()
{
    CpuMeter meter;
    ProcessInfo process;
    process.pid = 7;
    process.cpu_ticks = 1000;
    meter.permille({process}, 1000, 2, 100);
    process.cpu_ticks += 50;
    QCOMPARE(meter.permille({process}, 1000, 2, 100), 250U);
    process.cpu_ticks = 10; // another process under the old pid
    QCOMPARE(meter.permille({process}, 1000, 1, 100), 100U);
}

QTEST_GUILESS_MAIN(AgentEnvironmentTest)
#include "environment_test.moc"
