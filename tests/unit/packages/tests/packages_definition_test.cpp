#include "backend/packages/definition_reader.h"
#include "backend/packages/validation.h"
#include "tests/unit/packages/hand_made.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::packages;

static std::string roleText(const std::string &inside, const std::string &kind = "WebRole")
{
    return "<ServiceDefinition name=\"S\" xmlns=\"http://schemas.microsoft.com/ServiceHosting/2008/"
           "10/ServiceDefinition\">\n<" +
           kind + " name=\"R\">\n" + inside + "\n</" + kind + ">\n</ServiceDefinition>";
}

static std::vector<v1::VmSize> smallSize()
{
    v1::VmSize size;
    size.set_name("Small");
    size.set_local_disk_bytes(10ull << 30);
    return {size};
}

class DefinitionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEverything()
    {
        const auto parsed = readDefinition(slipway::testing::smallDefinition(), "a.csdef");
        QVERIFY2(parsed.problems.empty(), slipway::testing::describe(parsed.problems).c_str());
        const auto &web = parsed.definition.roles(0);
        QCOMPARE(web.kind(), v1::RoleDefinition::WEB);
        QCOMPARE(web.endpoints(0).port(), 80u);
        QCOMPARE(web.endpoints(0).local_port(), 80u);
        QCOMPARE(web.sites(1).physical_directory(), std::string("Web\\docs"));
        QCOMPARE(web.sites(1).bindings(0).host_header(), std::string("docs.example"));
        const auto &work = parsed.definition.roles(1);
        QCOMPARE(work.size(), std::string("Small"));
        QCOMPARE(work.entry_point().program_command_line(), std::string("node.exe .\\work.js"));
        QVERIFY(work.entry_point().ready_on_process_start());
        QCOMPARE(work.endpoints(0).kind(), v1::Endpoint::INTERNAL);
        QCOMPARE(parsed.definition.upgrade_domain_count(), 5u);
    }

    void readsEveryEncoding()
    {
        const QString text = QString::fromUtf8(slipway::testing::smallDefinition().c_str())
                                 .replace(QStringLiteral("Small\" xmlns"),
                                          QStringLiteral("Sm\u00e4ll\U0001F6A2\" xmlns"));
        const std::string name = "Sm\xc3\xa4ll\xf0\x9f\x9a\xa2";
        const auto name_of = [](const std::string &bytes) {
            return readDefinition(bytes, "a").definition.name();
        };
        QCOMPARE(name_of(text.toStdString()), name);
        QCOMPARE(name_of("\xef\xbb\xbf" + text.toStdString()), name);
        QString wide = text;
        wide.replace(QStringLiteral("utf-8"), QStringLiteral("utf-16"));
        std::string little = "\xff\xfe";
        std::string big = "\xfe\xff";
        for (const QChar unit : wide) {
            little +=
                {static_cast<char>(unit.unicode() & 255), static_cast<char>(unit.unicode() >> 8)};
            big +=
                {static_cast<char>(unit.unicode() >> 8), static_cast<char>(unit.unicode() & 255)};
        }
        QCOMPARE(name_of(little), name);
        QCOMPARE(name_of(big), name);
        QVERIFY(!readDefinition(little + "x", "a").well_formed);
    }

    void reportsEveryProblemWithItsPlace()
    {
        const auto parsed = readDefinition(
            roleText("<Endpoints>\n<InputEndpoint name=\"A\" protocol=\"gopher\" port=\"0\"/>\n"
                     "  <InputEndpoint protocol=\"http\" port=\"80\" colour=\"red\"/>\n"
                     "</Endpoints><Surprise/>"),
            "bad.csdef");
        QCOMPARE(parsed.problems.size(), std::size_t{5});
        const auto *port = slipway::testing::findRule(parsed.problems, "V6");
        QVERIFY(port);
        QCOMPARE(port->line(), 4u);
        QCOMPARE(port->column(), 43u);
        QCOMPARE(port->file(), std::string("bad.csdef"));
        QVERIFY(!port->hint().empty());
        QVERIFY(hasErrors(parsed.problems));
    }

    void refusesWhatIsNoXml_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<uint>("line");
        QTest::newRow("empty") << QByteArray("") << 0u;
        QTest::newRow("words") << QByteArray("hello") << 0u;
        QTest::newRow("ampersand") << QByteArray("<a>\n x & y</a>") << 2u;
        QTest::newRow("doctype") << QByteArray("<!DOCTYPE a [<!ENTITY x \"y\">]>\n<a/>") << 1u;
        QTest::newRow("unknown entity") << QByteArray("<a b=\"&x;\"/>") << 1u;
        QTest::newRow("unclosed") << QByteArray("<a>\n<b>\n</a>") << 3u;
        QTest::newRow("twice") << QByteArray("<a b=\"1\"\n b=\"2\"/>") << 2u;
        QTest::newRow("two roots") << QByteArray("<a/>\n<b/>") << 2u;
        QTest::newRow("cut") << QByteArray("<a>\n<b c=\"d") << 2u;
        QTest::newRow("control") << QByteArray("<a>\n\x01</a>") << 2u;
        QTest::newRow("bytes") << QByteArray("<a>\xff\xfe</a>") << 1u;
        QTest::newRow("text behind") << QByteArray("<a/>\nmore") << 0u;
    }
    void refusesWhatIsNoXml()
    {
        QFETCH(QByteArray, text);
        QFETCH(uint, line);
        const auto parsed = readDefinition(text.toStdString(), "a.csdef");
        QVERIFY(!parsed.well_formed);
        QCOMPARE(parsed.problems.size(), std::size_t{1});
        QCOMPARE(parsed.problems[0].line(), line);
    }

    void keepsItsLimits()
    {
        QVERIFY(!readDefinition(std::string((1u << 20) + 1, ' '), "a").well_formed);
        std::string deep;
        for (int index = 0; index < 40; ++index)
            deep = "<a>" + deep + "</a>";
        QVERIFY(!readDefinition(deep, "a").well_formed);
        std::string wide = "<a>";
        for (int index = 0; index < 20'001; ++index)
            wide += "<b/>";
        QVERIFY(!readDefinition(wide + "</a>", "a").well_formed);
    }

    void appliesTheRules_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("inside");
        const auto row = [](const char *rule, const char *inside) {
            QTest::newRow(qPrintable(QString::fromUtf8(rule) +
                                     QString::number(qHash(QString::fromUtf8(inside)) % 97)))
                << QString::fromUtf8(rule) << QString::fromUtf8(inside);
        };
        row("V5", "<Endpoints><InputEndpoint name='a' protocol='https' port='443'/></Endpoints>");
        row("V5", "<Endpoints><InputEndpoint name='a' protocol='https' port='443' "
                  "certificate='c'/></Endpoints>");
        row("V6", "<Endpoints><InputEndpoint name='a' protocol='http' port='80'/><InputEndpoint "
                  "name='b' protocol='tcp' port='80'/></Endpoints>");
        row("V7", "<Endpoints><InputEndpoint name='a' protocol='http' port='80' "
                  "loadBalancerProbe='x'/></Endpoints>");
        row("V7", "<Sites><Site name='s'><Bindings><Binding name='b' "
                  "endpointName='x'/></Bindings></Site></Sites>");
        row("V10",
            "<Endpoints><InternalEndpoint name='a' protocol='tcp'/><InternalEndpoint name='b' "
            "protocol='tcp'/><InternalEndpoint name='c' protocol='tcp'/><InternalEndpoint name='d' "
            "protocol='tcp'/><InternalEndpoint name='e' protocol='tcp'/><InternalEndpoint name='f' "
            "protocol='tcp'/></Endpoints>");
        row("V11", "<LocalResources><LocalStorage name='a' sizeInMB='6000'/></LocalResources>");
        row("V15", "<Runtime><EntryPoint><ProgramEntryPoint commandLine='a.exe' "
                   "setReadyOnProcessStart='false'/></EntryPoint></Runtime>");
        row("V16", "<Runtime><Environment><Variable name='a'/></Environment></Runtime>");
        row("V19", "<Endpoints><InstanceInputEndpoint name='a' protocol='tcp' "
                   "localPort='1'/></Endpoints>");
        row("V20", "<Startup><Task commandLine='missing.cmd'/></Startup>");
        row("V20", "<Startup><Task commandLine='marked.cmd /x'/></Startup>");
        row("V21", "<Sites><Site name='s' packageDir='x'><Bindings><Binding name='b' "
                   "endpointName='x'/></Bindings></Site></Sites>");
        row("V22", "");
    }
    void appliesTheRules()
    {
        QFETCH(QString, rule);
        QFETCH(QString, inside);
        auto parsed = readDefinition(roleText(inside.toStdString()), "a.csdef");
        const ContentFacts facts{{"r/approot/marked.cmd"}, {"r/approot/marked.cmd"}};
        for (const auto &it :
             validateDefinition(parsed.definition, parsed.source, smallSize(), &facts))
            parsed.problems.push_back(it);
        const auto *problem = slipway::testing::findRule(parsed.problems, rule.toStdString());
        QVERIFY2(problem, slipway::testing::describe(parsed.problems).c_str());
        QVERIFY(problem->line() > 0);
        QVERIFY(!problem->hint().empty());
    }

    void judgesProbesAndDomains()
    {
        const auto parsed =
            readDefinition("<ServiceDefinition name='S' upgradeDomainCount='21' "
                           "xmlns='http://schemas.microsoft.com/"
                           "ServiceHosting/2008/10/ServiceDefinition'><LoadBalancerProbes>"
                           "<LoadBalancerProbe name='p' protocol='http' intervalInSeconds='2' "
                           "timeoutInSeconds='3'/>"
                           "</LoadBalancerProbes></ServiceDefinition>",
                           "a");
        QVERIFY(slipway::testing::findRule(parsed.problems, "V9"));
        const auto more = validateDefinition(parsed.definition, parsed.source, {}, nullptr);
        const auto count = std::count_if(more.begin(), more.end(),
                                         [](const auto &it) { return it.rule() == "V8"; });
        QCOMPARE(count, 4);
    }

    void warnsOfProbePortsThatAreNotUsed()
    {
        const auto warnings = [](const std::string &port) {
            const auto parsed = readDefinition(
                "<ServiceDefinition name='S' xmlns='http://schemas.microsoft.com/"
                "ServiceHosting/2008/10/ServiceDefinition'><LoadBalancerProbes>"
                "<LoadBalancerProbe name='p' protocol='http' port='" +
                    port +
                    "'/></LoadBalancerProbes><WorkerRole name='R'><Endpoints>"
                    "<InputEndpoint name='E' protocol='tcp' port='80' localPort='8080' "
                    "loadBalancerProbe='p'/></Endpoints></WorkerRole></ServiceDefinition>",
                "a");
            return std::count_if(parsed.problems.begin(), parsed.problems.end(),
                                 [](const auto &it) {
                                     return it.severity() == slipway::v1::WARNING &&
                                            it.message().find("names port") != std::string::npos;
                                 });
        };
        QCOMPARE(warnings("9000"), 1);
        QCOMPARE(warnings("80"), 0);
        QCOMPARE(warnings("8080"), 0);
    }

    // They would end lines of the files and commands that names and paths go into.
    void refusesControlCharacters()
    {
        const auto parsed =
            readDefinition("<ServiceDefinition name='S' xmlns='http://schemas.microsoft.com/"
                           "ServiceHosting/2008/10/ServiceDefinition'><LoadBalancerProbes>"
                           "<LoadBalancerProbe name='p' protocol='http' path='/a&#10;b'/>"
                           "</LoadBalancerProbes><WorkerRole name='R'><Endpoints>"
                           "<InternalEndpoint name='a&#10;b' protocol='tcp'/>"
                           "</Endpoints></WorkerRole></ServiceDefinition>",
                           "a");
        const auto problems = validateDefinition(parsed.definition, parsed.source, {}, nullptr);
        const auto count = std::count_if(problems.begin(), problems.end(), [](const auto &it) {
            return it.message().find("control characters") != std::string::npos;
        });
        QCOMPARE(count, 2);
    }
};

QTEST_GUILESS_MAIN(DefinitionTest)
#include "packages_definition_test.moc"
