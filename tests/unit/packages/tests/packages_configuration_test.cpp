#include "backend/packages/configuration_reader.h"
#include "backend/packages/definition_reader.h"
#include "tests/unit/packages/hand_made.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::packages;

class ConfigurationTest : public QObject
{
    Q_OBJECT

    v1::ServiceDefinition m_definition =
        readDefinition(slipway::testing::smallDefinition(), "a.csdef").definition;

    static std::string changed(const char *from, const char *to)
    {
        return QString::fromUtf8(slipway::testing::smallConfiguration().c_str())
            .replace(QString::fromUtf8(from), QString::fromUtf8(to))
            .toStdString();
    }

private Q_SLOTS:
    void readsEverything()
    {
        const auto checked =
            checkConfiguration(m_definition, slipway::testing::smallConfiguration(), "a.cscfg");
        QVERIFY(checked);
        QVERIFY2(checked->warnings.empty(), slipway::testing::describe(checked->warnings).c_str());
        QCOMPARE(checked->configuration.roles(0).instance_count(), 2u);
        QCOMPARE(checked->configuration.roles(0).settings(0).value(), std::string("blue"));
    }

    void appliesTheRules_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("V1") << QStringLiteral("V1") << QByteArray("serviceName=\"Small\"")
                            << QByteArray("serviceName=\"Other\"");
        QTest::newRow("V2 unknown")
            << QStringLiteral("V2") << QByteArray("name=\"Work\"") << QByteArray("name=\"Walk\"");
        QTest::newRow("V3 missing")
            << QStringLiteral("V3") << QByteArray("<Setting name=\"Colour\" value=\"blue\" />")
            << QByteArray("");
        QTest::newRow("V3 unknown")
            << QStringLiteral("V3") << QByteArray("<Setting name=\"Colour\"")
            << QByteArray("<Setting name=\"X\" value=\"\"/><Setting name=\"Colour\"");
        QTest::newRow("V3 no value")
            << QStringLiteral("V3") << QByteArray(" value=\"blue\"") << QByteArray("");
    }
    void appliesTheRules()
    {
        QFETCH(QString, rule);
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        const auto checked = checkConfiguration(m_definition, changed(from, to), "a.cscfg");
        QVERIFY(!checked);
        QCOMPARE(checked.error().reason(), std::string("CONFIGURATION_INVALID"));
        const Problems problems(checked.error().problems().begin(),
                                checked.error().problems().end());
        const auto *problem = slipway::testing::findRule(problems, rule.toStdString());
        QVERIFY2(problem, slipway::testing::describe(problems).c_str());
        QVERIFY(problem->line() > 0);
    }

    void warns()
    {
        auto checked =
            checkConfiguration(m_definition, changed("count=\"2\"", "count=\"1\""), "a.cscfg");
        QVERIFY(checked);
        QVERIFY(slipway::testing::findRule(checked->warnings, "V12"));
        checked = checkConfiguration(
            m_definition, changed("osVersion=\"*\"", "osVersion=\"WA-GUEST-OS-3.1_201301-01\""),
            "a");
        QVERIFY(checked && slipway::testing::findRule(checked->warnings, "V13"));
        const char *plugin =
            "<Setting name=\"Microsoft.WindowsAzure.Plugins.Diagnostics.ConnectionString\" "
            "value=\"UseDevelopmentStorage=true\"/><Setting name=\"Colour\"";
        checked = checkConfiguration(m_definition, changed("<Setting name=\"Colour\"", plugin),
                                     "a.Cloud.cscfg");
        QVERIFY(checked && slipway::testing::findRule(checked->warnings, "V17"));
        checked = checkConfiguration(m_definition, changed("<Setting name=\"Colour\"", plugin),
                                     "a.Local.cscfg");
        QVERIFY(checked && !slipway::testing::findRule(checked->warnings, "V17"));
    }

    void refusesBadCounts()
    {
        for (const char *count :
             {"count=\"0\"", "count=\"-1\"", "count=\"x\"", "count=\"99999999999\""})
            QVERIFY(!checkConfiguration(m_definition, changed("count=\"2\"", count), "a.cscfg"));
        QVERIFY(!checkConfiguration(m_definition, "no xml", "a.cscfg"));
        QVERIFY(!checkConfiguration(m_definition, slipway::testing::smallDefinition(), "a.cscfg"));
    }
};

QTEST_GUILESS_MAIN(ConfigurationTest)
#include "packages_configuration_test.moc"
