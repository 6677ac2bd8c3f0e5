// What scripts rely on: the JSON, word for word; and what people read.
#include "app/ctl/json_mapper.h"
#include "app/ctl/output.h"
#include "app/ctl/words.h"

#include <QtTest>
#include <sstream>

using namespace slipway;
using namespace slipway::ctl;
using namespace Qt::StringLiterals;

class ShapesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aServiceShowsBothSlots();
    void anInstanceHasEveryField();
    void nothingIsOmitted_data();
    void nothingIsOmitted();
    void anUnboundEndpointHasNoAddress();
    void bytesThatAreNotTextAreReplaced();
    void problemsStandOnePerLine();
    void tablesAlign();
    void namesAreOrderedByTheirNumbers();
    void packagesAreFoundByTheBeginningOfTheirDigest();

private:
    static FabricSnapshot guestbook();
};

FabricSnapshot ShapesTest::guestbook()
{
    FabricSnapshot snapshot;
    v1::CloudService &service = snapshot.services["guestbook"];
    service.set_name("guestbook");
    service.set_revision(9);
    v1::Slot &slot = *service.mutable_production();
    slot.set_kind(v1::PRODUCTION);
    slot.set_address("127.77.3.1");
    slot.set_deployment_id("d1");
    v1::PublicEndpoint &endpoint = *slot.add_endpoints();
    endpoint.set_name("Web");
    endpoint.set_role("WebRole");
    endpoint.set_protocol(v1::HTTP);
    endpoint.set_port(80);
    endpoint.set_bound_port(20001);
    endpoint.set_reason("Port 80 is taken.");

    v1::Deployment &deployment = snapshot.deployments["d1"];
    deployment.set_id("d1");
    deployment.set_service("guestbook");
    deployment.set_slot(v1::PRODUCTION);
    deployment.set_label("first");
    deployment.set_package_digest("sha256:ab");
    deployment.set_package_name("guestbook-v1.cspkg");
    deployment.set_status(v1::Deployment::Running);

    v1::RoleInstance &instance = snapshot.instances[{"d1", "WebRole_IN_0"}];
    instance.set_deployment_id("d1");
    instance.set_name("WebRole_IN_0");
    instance.set_service("guestbook");
    instance.set_role("WebRole");
    instance.set_state(v1::RoleInstance::ReadyRole);
    instance.set_size("Small");
    instance.set_host("host-1");
    instance.set_update_domain(2);
    instance.set_agent_pid(4711);
    return snapshot;
}

void ShapesTest::aServiceShowsBothSlots()
{
    const FabricSnapshot snapshot = guestbook();
    const Json json = serviceJson(snapshot, snapshot.services.at("guestbook"));
    QCOMPARE(
        json.dump(),
        std::string(R"({"name":"guestbook","label":"","description":"","create_time_ms":0,)"
                    R"("outside_access":false,"revision":9,"production":{"label":"first",)"
                    R"("version":"guestbook-v1","digest":"sha256:ab","endpoints":[{"name":"Web",)"
                    R"("role":"WebRole","protocol":"http","address":"127.77.3.1:20001","port":80,)"
                    R"("bound_port":20001,"reason":"Port 80 is taken."}],"deployment_id":"d1",)"
                    R"("package":"guestbook-v1.cspkg","status":"Running","ready":1,"total":1,)"
                    R"("roles":[],"create_time_ms":0,"actor":"","revision":0},"staging":null})"));
}

void ShapesTest::anInstanceHasEveryField()
{
    const FabricSnapshot snapshot = guestbook();
    const Json json = instanceJson(snapshot, snapshot.instances.begin()->second);
    QCOMPARE(json.dump(),
             std::string(
                 R"({"name":"WebRole_IN_0","slot":"production","deployment_id":"d1",)"
                 R"("role":"WebRole","state":"ReadyRole","reason":"","size":"Small",)"
                 R"("host":"host-1","fault_domain":0,"update_domain":2,"restarts":0,)"
                 R"("agent_pid":4711,"program_pid":0,"service":"guestbook","index":0,)"
                 R"("error_code":"","create_time_ms":0,"state_time_ms":0,"ready_time_ms":0,)"
                 R"("program_start_time_ms":0,"next_start_time_ms":0,"exit_code":0,)"
                 R"("isolation":"","drained":false,"generation":0,"warnings":[],"revision":0})"));
}

// Every field of a message stands in its JSON, or on the written list of what has another shape.
void ShapesTest::nothingIsOmitted_data()
{
    using Descriptor = const google::protobuf::Descriptor *;
    QTest::addColumn<QString>("json");
    QTest::addColumn<const void *>("descriptor");
    QTest::addColumn<QStringList>("elsewhere");
    const auto row = [](const char *name, const Json &json, Descriptor fields,
                        const QStringList &elsewhere = {}) {
        QTest::newRow(name) << QString::fromStdString(json.dump())
                            << static_cast<const void *>(fields) << elsewhere;
    };
    row("settings", settingsJson({}), v1::Settings::descriptor());
    row("status", statusJson({}), v1::FabricStatus::descriptor(),
        {u"sizes"_s}); // "sizes" lists them
    row("host", hostJson({}), v1::Host::descriptor());
    row("operation", operationJson({}), v1::Operation::descriptor(),
        {u"edge_revision"_s, u"old_deployments"_s}); // the core's own notes
    row("event", eventJson({}), v1::Event::descriptor());
    row("size", sizeJson({}), v1::VmSize::descriptor());
    row("sample", sampleJson({}), v1::MetricSample::descriptor());
    row("check", checkJson({}), v1::Check::descriptor());
    row("problem", problemJson({}), v1::Problem::descriptor());
    row("reply", replyJson({}), v1::CommandReply::descriptor());
    row("instance", instanceJson({}, {}), v1::RoleInstance::descriptor(),
        {u"goal"_s, u"disk_generation"_s, u"targets"_s, u"restart"_s, u"drain_revision"_s,
         u"uid_slot"_s, u"host_restarts"_s, u"probe_failed"_s, u"reported"_s,
         u"person_asked"_s}); // the core's own notes
    row("service", serviceJson({}, {}), v1::CloudService::descriptor());
    row("package", packageJson({}), v1::Package::descriptor(),
        {u"definition"_s, u"configuration"_s}); // told as roles; the file itself
}

void ShapesTest::nothingIsOmitted()
{
    QFETCH(QString, json);
    QFETCH(const void *, descriptor);
    QFETCH(QStringList, elsewhere);
    const Json parsed = Json::parse(json.toStdString());
    const auto *fields = static_cast<const google::protobuf::Descriptor *>(descriptor);
    QStringList missing;
    for (int index = 0; index < fields->field_count(); ++index) {
        const std::string name = fields->field(index)->name();
        if (!parsed.contains(name) && !elsewhere.contains(QString::fromStdString(name)))
            missing << QString::fromStdString(name);
    }
    QCOMPARE(missing.join(u' '), QString());
}

void ShapesTest::anUnboundEndpointHasNoAddress()
{
    FabricSnapshot snapshot = guestbook();
    v1::Slot &slot = *snapshot.services["guestbook"].mutable_production();
    slot.mutable_endpoints(0)->set_bound_port(0);
    QCOMPARE(endpointUrl(slot, slot.endpoints(0)), std::string());
    slot.mutable_endpoints(0)->set_bound_port(80);
    QCOMPARE(endpointUrl(slot, slot.endpoints(0)), std::string("http://127.77.3.1:80"));
    slot.mutable_endpoints(0)->set_protocol(v1::TCP);
    QCOMPARE(endpointUrl(slot, slot.endpoints(0)), std::string("127.77.3.1:80"));
}

void ShapesTest::bytesThatAreNotTextAreReplaced()
{
    v1::LogLine line;
    line.set_text("a\xff"
                  "b");
    line.set_stream(v1::LogLine::ERR);
    std::ostringstream out;
    printJsonLine(out, logLineJson(line, {}));
    QVERIFY(out.str().find("\"stream\":\"err\",\"text\":\"a\xef\xbf\xbd"
                           "b\"") != std::string::npos);
}

void ShapesTest::problemsStandOnePerLine()
{
    v1::Error error = makeError(v1::Error::INVALID_ARGUMENT, "DEFINITION_INVALID", "It is wrong.");
    v1::Problem &problem = *error.add_problems();
    problem.set_severity(v1::ERROR);
    problem.set_rule("V6");
    problem.set_file("ServiceDefinition.csdef");
    problem.set_line(12);
    problem.set_column(7);
    problem.set_message("The port is used twice.");
    problem.set_hint("Choose another.");
    v1::Problem &whole = *error.add_problems();
    whole.set_severity(v1::WARNING);
    whole.set_file("a.cscfg");
    whole.set_message("It is empty.");
    std::ostringstream err;
    printError(err, error);
    QCOMPARE(err.str(), std::string("slipwayctl: It is wrong. [DEFINITION_INVALID]\n"
                                    "ServiceDefinition.csdef:12:7: error: The port is used twice. "
                                    "Choose another. [V6]\n"
                                    "a.cscfg: warning: It is empty.\n"));
}

void ShapesTest::tablesAlign()
{
    Table table({"NAME", ">COUNT", "NOTE"});
    table.add({"\xc3\xa4", "5", ""});
    table.add({"longer", "12345678", "end"});
    std::ostringstream out;
    table.print(out, false);
    QCOMPARE(out.str(), std::string("NAME       COUNT  NOTE\n"
                                    "\xc3\xa4              5\n"
                                    "longer  12345678  end\n"));
}

void ShapesTest::namesAreOrderedByTheirNumbers()
{
    QVERIFY(naturallyLess("host-2", "host-10"));
    QVERIFY(!naturallyLess("host-10", "host-2"));
    QVERIFY(!naturallyLess("host-2", "host-2"));
    QVERIFY(naturallyLess("host", "host-1"));
    QVERIFY(naturallyLess("a-1", "b-0"));
}

void ShapesTest::packagesAreFoundByTheBeginningOfTheirDigest()
{
    FabricSnapshot snapshot;
    for (const char *digest : {"sha256:1234567890aa", "sha256:1234567890bb", "sha256:ffffffff00"})
        snapshot.packages[digest].set_digest(digest);
    QCOMPARE(snapshot.package("ffffffff")->digest(), std::string("sha256:ffffffff00"));
    QCOMPARE(snapshot.package("sha256:1234567890bb")->digest(), std::string("sha256:1234567890bb"));
    QVERIFY(!snapshot.package("ffff").has_value());       // too short
    QVERIFY(!snapshot.package("1234567890").has_value()); // fits two
}

QTEST_GUILESS_MAIN(ShapesTest)
#include "shapes_test.moc"
