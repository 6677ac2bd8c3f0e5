// What an operator does with services, packages and slots on the command line, against a real
// fabric: each command's effect, and what it refuses.
#include "tests/integration/voyage/voyage.h"

using namespace Qt::StringLiterals;
using namespace slipway::test;

class CommandsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void servicesComeAndGo();
    void aServiceIsUpdated();
    void packagesAreInspectedPackedAndSent();
    void aFolderIsSentAsAPackage();
    void validatingChangesNothing();
    void aDeploymentIsOpened();
    void anOccupiedSlotNeedsReplace();
    void aSingleInstanceNeedsConsent();
    void otherRolesNeedConsent();
    void withoutStartNothingRuns();
    void swapShowsNineChecks();
    void swapsThereAndBack();
    void aPackageInUseStays();
    void aDeploymentStopsStartsAndGoes();
    void aServiceGoesWithItsDeployments();
    void cleanupTestCase();

private:
    CtlResult deploy(const QString &slot, const char *name, const QStringList &more = {}) const
    {
        return deploySample(m_fabric, u"shop"_s, slot, name, more);
    }
    QJsonObject slot(const QString &name) const
    {
        return m_fabric.json({u"service"_s, u"show"_s, u"shop"_s}).object()[name].toObject();
    }
    qint64 revision() const { return m_fabric.status()[u"revision"_s].toInteger(); }
    QByteArray ask(const QString &slot_name) const
    {
        return KeptAliveClient(m_fabric.slotUrl(u"shop"_s, slot_name)).get(u"/whoami"_s);
    }

    FabricHarness m_fabric;
};

void CommandsTest::initTestCase()
{
    QVERIFY(m_fabric.start());
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"shop"_s, u"--label"_s, u"The shop"_s}).ok());
    // A host that comes up later is a revision of its own.
    QTRY_VERIFY_WITH_TIMEOUT(m_fabric.ctl({u"hosts"_s}).out.count(u" Ready "_s) == 6, 60'000);
}

void CommandsTest::servicesComeAndGo()
{
    const CtlResult created = m_fabric.json({u"service"_s, u"create"_s, u"brief"_s});
    QVERIFY2(created.ok(), qPrintable(created.all()));
    QCOMPARE(created.object()[u"operation"_s][u"state"_s].toString(), u"Succeeded"_s);
    QCOMPARE(namesOf(m_fabric.json({u"service"_s, u"list"_s}).array()),
             QStringList({u"brief"_s, u"shop"_s}));
    const CtlResult again = m_fabric.ctl({u"service"_s, u"create"_s, u"brief"_s});
    QCOMPARE(again.exit_code, 1);
    QVERIFY2(again.err.contains(u"brief"_s), qPrintable(again.err));
    const CtlResult wrong = m_fabric.ctl({u"service"_s, u"create"_s, u"No Name!"_s});
    QCOMPARE(wrong.exit_code, 1);
    QVERIFY(m_fabric.ctl({u"service"_s, u"delete"_s, u"brief"_s, u"--wait"_s}).ok());
    QCOMPARE(namesOf(m_fabric.json({u"service"_s, u"list"_s}).array()), QStringList({u"shop"_s}));
    QCOMPARE(m_fabric.ctl({u"service"_s, u"show"_s, u"brief"_s}).exit_code, 1);
}

void CommandsTest::aServiceIsUpdated()
{
    QVERIFY(
        m_fabric.ctl({u"service"_s, u"update"_s, u"shop"_s, u"--description"_s, u"Ropes"_s}).ok());
    const QJsonObject shown = m_fabric.json({u"service"_s, u"show"_s, u"shop"_s}).object();
    QCOMPARE(shown[u"label"_s].toString(), u"The shop"_s);
    QCOMPARE(shown[u"description"_s].toString(), u"Ropes"_s);
    QVERIFY(shown[u"production"_s].isNull());
    QVERIFY(shown[u"staging"_s].isNull());
    QVERIFY(!m_fabric.ctl({u"service"_s, u"open"_s, u"shop"_s, u"--no-browser"_s}).ok());
}

void CommandsTest::packagesAreInspectedPackedAndSent()
{
    const QString packed = m_fabric.folder() + u"/site.cspkg"_s;
    const QString source = QStringLiteral(SLIPWAY_SOURCE_DIR "/resources/samples/static-site");
    const CtlResult made = m_fabric.ctl({u"package"_s, u"pack"_s, source, u"-o"_s, packed});
    QVERIFY2(made.ok(), qPrintable(made.all()));
    const QJsonObject inspected = m_fabric.json({u"package"_s, u"inspect"_s, packed}).object();
    QVERIFY(inspected[u"digest"_s].toString().startsWith(u"sha256:"_s));
    QCOMPARE(m_fabric.json({u"package"_s, u"list"_s}).array().size(), 0);

    const CtlResult sent = m_fabric.json({u"package"_s, u"upload"_s, packed});
    QVERIFY2(sent.ok(), qPrintable(sent.all()));
    QCOMPARE(sent.object()[u"digest"_s], inspected[u"digest"_s]);
    QCOMPARE(sent.object()[u"already_stored"_s], QJsonValue(false));
    const QJsonObject again = m_fabric.json({u"package"_s, u"upload"_s, packed}).object();
    QCOMPARE(again[u"already_stored"_s], QJsonValue(true));
    const QJsonArray listed = m_fabric.json({u"package"_s, u"list"_s}).array();
    QCOMPARE(listed.size(), 1);
    QCOMPARE(listed[0][u"file_name"_s].toString(), u"site.cspkg"_s);

    const QString digest = inspected[u"digest"_s].toString().section(u':', 1);
    QVERIFY(m_fabric.ctl({u"package"_s, u"delete"_s, digest.left(12), u"--wait"_s}).ok());
    QCOMPARE(m_fabric.json({u"package"_s, u"list"_s}).array().size(), 0);
    QVERIFY(!QDir(m_fabric.dataFolder() + u"/packages/"_s + digest).exists());
    QCOMPARE(m_fabric.ctl({u"package"_s, u"delete"_s, digest}).exit_code, 1);
    QCOMPARE(m_fabric.ctl({u"package"_s, u"upload"_s, u"/nowhere.cspkg"_s}).exit_code, 1);
}

void CommandsTest::aFolderIsSentAsAPackage()
{
    const QString source = QStringLiteral(SLIPWAY_SOURCE_DIR "/resources/samples/static-site");
    const CtlResult sent = m_fabric.json({u"package"_s, u"upload"_s, source});
    QVERIFY2(sent.ok(), qPrintable(sent.all()));
    QCOMPARE(sent.object()[u"file_name"_s].toString(), u"static-site.cspkg"_s);
    const QString digest = sent.object()[u"digest"_s].toString();
    QVERIFY(m_fabric.ctl({u"package"_s, u"delete"_s, digest, u"--wait"_s}).ok());
}

void CommandsTest::validatingChangesNothing()
{
    QVERIFY(m_fabric.ctl({u"package"_s, u"upload"_s, sample("guestbook-v1.cspkg")}).ok());
    const qint64 before = revision();
    const CtlResult checked =
        m_fabric.json({u"deploy"_s, u"shop"_s, u"--slot"_s, u"staging"_s, u"--package"_s,
                       sample("guestbook-v1.cspkg"), u"--config"_s, sample("guestbook-v1.cscfg"),
                       u"--validate-only"_s});
    QVERIFY2(checked.ok(), qPrintable(checked.all()));
    QVERIFY(checked.object()[u"operation"_s].isNull());
    QCOMPARE(checked.object()[u"preview"_s].toArray().size(), 2);
    QVERIFY(slot(u"staging"_s).isEmpty());
    QCOMPARE(revision(), before);
    // A configuration that does not fit is told apart, with its place.
    const QString wrong = m_fabric.folder() + u"/wrong.cscfg"_s;
    QVERIFY(writeText(wrong, readText(sample("guestbook-v1.cscfg")).replace("Title", "Titel")));
    const CtlResult refused =
        m_fabric.ctl({u"deploy"_s, u"shop"_s, u"--slot"_s, u"staging"_s, u"--package"_s,
                      sample("guestbook-v1.cspkg"), u"--config"_s, wrong, u"--validate-only"_s});
    QCOMPARE(refused.exit_code, 1);
    QVERIFY2(refused.err.contains(u"wrong.cscfg:"_s), qPrintable(refused.err));
}

void CommandsTest::aDeploymentIsOpened()
{
    const CtlResult deployed =
        deploy(u"production"_s, "guestbook-v1", {u"--label"_s, u"first"_s, u"--json"_s});
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
    QCOMPARE(deployed.object()[u"operation"_s][u"state"_s].toString(), u"Succeeded"_s);
    QCOMPARE(m_fabric.readyCount(u"shop"_s, u"production"_s), 5);
    const QJsonObject production = slot(u"production"_s);
    QCOMPARE(production[u"label"_s].toString(), u"first"_s);
    QCOMPARE(production[u"version"_s].toString(), u"guestbook-v1"_s);
    QCOMPARE(production[u"status"_s].toString(), u"Running"_s);
    const QString address = production[u"endpoints"_s][0][u"address"_s].toString();
    const CtlResult opened = m_fabric.ctl({u"service"_s, u"open"_s, u"shop"_s, u"--no-browser"_s});
    QCOMPARE(opened.out.trimmed(), QString(u"http://"_s + address));
    QVERIFY2(ask(u"production"_s).contains("\"v1\""), ask(u"production"_s));
}

void CommandsTest::anOccupiedSlotNeedsReplace()
{
    QVERIFY(deploy(u"staging"_s, "guestbook-v1").ok());
    const QString before = slot(u"staging"_s)[u"deployment_id"_s].toString();
    const CtlResult refused = deploy(u"staging"_s, "guestbook-v2");
    QCOMPARE(refused.exit_code, 1);
    QVERIFY2(refused.err.contains(u"--replace"_s), qPrintable(refused.err));
    QCOMPARE(slot(u"staging"_s)[u"deployment_id"_s].toString(), before);
    const CtlResult replaced = deploy(u"staging"_s, "guestbook-v2", {u"--replace"_s});
    QVERIFY2(replaced.ok(), qPrintable(replaced.all() + m_fabric.log()));
    QVERIFY(slot(u"staging"_s)[u"deployment_id"_s].toString() != before);
    QTRY_COMPARE(m_fabric.instances(u"shop"_s, u"staging"_s).size(), 5);
    QTRY_VERIFY2(ask(u"staging"_s).contains("\"v2\""), ask(u"staging"_s));
    // By digest, too: it is there already.
    const QString digest = slot(u"staging"_s)[u"digest"_s].toString();
    const CtlResult by_digest =
        m_fabric.ctl({u"deploy"_s, u"shop"_s, u"--slot"_s, u"staging"_s, u"--package"_s, digest,
                      u"--config"_s, sample("guestbook-v2.cscfg"), u"--replace"_s, u"--wait"_s});
    QVERIFY2(by_digest.ok(), qPrintable(by_digest.all()));
}

void CommandsTest::aSingleInstanceNeedsConsent()
{
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"alone"_s}).ok());
    const QString configuration = m_fabric.folder() + u"/alone.cscfg"_s;
    QByteArray text = readText(sample("static-site.cscfg"));
    const qsizetype at = text.indexOf("count=\"");
    QVERIFY(at > 0);
    text.replace(at, text.indexOf('"', at + 7) - at + 1, "count=\"1\"");
    QVERIFY(writeText(configuration, text));
    const QStringList arguments{u"deploy"_s,   u"alone"_s,     u"--slot"_s,
                                u"staging"_s,  u"--package"_s, sample("static-site.cspkg"),
                                u"--config"_s, configuration,  u"--wait"_s};
    const CtlResult refused = m_fabric.ctl(arguments);
    QCOMPARE(refused.exit_code, 1);
    QVERIFY2(refused.err.contains(u"--accept-single-instance"_s), qPrintable(refused.err));
    QCOMPARE(m_fabric.instances(u"alone"_s).size(), 0);
    const CtlResult accepted = m_fabric.ctl(arguments + QStringList{u"--accept-single-instance"_s});
    QVERIFY2(accepted.ok(), qPrintable(accepted.all()));
    QCOMPARE(m_fabric.readyCount(u"alone"_s, u"staging"_s), 1);
}

void CommandsTest::otherRolesNeedConsent()
{
    const CtlResult refused =
        deploySample(m_fabric, u"alone"_s, u"staging"_s, "guestbook-v1", {u"--replace"_s});
    QCOMPARE(refused.exit_code, 1);
    QVERIFY2(refused.err.contains(u"--allow-size-change"_s), qPrintable(refused.err));
    QCOMPARE(m_fabric.readyCount(u"alone"_s, u"staging"_s), 1);
    const CtlResult allowed = deploySample(m_fabric, u"alone"_s, u"staging"_s, "guestbook-v1",
                                           {u"--replace"_s, u"--allow-size-change"_s});
    QVERIFY2(allowed.ok(), qPrintable(allowed.all() + m_fabric.log()));
    QCOMPARE(m_fabric.readyCount(u"alone"_s, u"staging"_s), 5);
}

void CommandsTest::withoutStartNothingRuns()
{
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"quiet"_s}).ok());
    QVERIFY(
        deploySample(m_fabric, u"quiet"_s, u"staging"_s, "static-site", {u"--no-start"_s}).ok());
    const QJsonArray instances = m_fabric.instances(u"quiet"_s, u"staging"_s);
    QVERIFY(!instances.isEmpty());
    for (const QJsonValue &instance : instances) {
        QCOMPARE(instance[u"state"_s].toString(), u"StoppedVM"_s);
        QCOMPARE(instance[u"program_pid"_s].toInteger(), 0);
    }
    QVERIFY(
        m_fabric
            .ctl({u"deployment"_s, u"start"_s, u"quiet"_s, u"--slot"_s, u"staging"_s, u"--wait"_s})
            .ok());
    QCOMPARE(m_fabric.readyCount(u"quiet"_s, u"staging"_s), int(instances.size()));
}

void CommandsTest::swapShowsNineChecks()
{
    const qint64 before = revision();
    const CtlResult checked = m_fabric.json({u"swap"_s, u"shop"_s, u"--validate-only"_s});
    QVERIFY2(checked.ok(), qPrintable(checked.all()));
    const QJsonArray checks = checked.object()[u"checks"_s].toArray();
    QCOMPARE(checks.size(), 9);
    for (const QJsonValue &check : checks)
        QVERIFY2(check[u"result"_s].toString() == u"PASSED"_s,
                 qPrintable(check[u"id"_s].toString() + check[u"reason"_s].toString()));
    QVERIFY(checked.object()[u"operation"_s].isNull());
    QCOMPARE(revision(), before);
    QCOMPARE(m_fabric.ctl({u"swap"_s, u"shop"_s, u"--validate-only"_s}).out.count(u"  ok  "_s), 9);
}

void CommandsTest::swapsThereAndBack()
{
    const QString production = slot(u"production"_s)[u"deployment_id"_s].toString();
    const QString staging = slot(u"staging"_s)[u"deployment_id"_s].toString();
    QVERIFY(m_fabric.ctl({u"swap"_s, u"shop"_s, u"--wait"_s}).ok());
    QCOMPARE(slot(u"production"_s)[u"deployment_id"_s].toString(), staging);
    QCOMPARE(slot(u"staging"_s)[u"deployment_id"_s].toString(), production);
    QVERIFY(ask(u"production"_s).contains("\"v2\""));
    QVERIFY(ask(u"staging"_s).contains("\"v1\""));
    QVERIFY(m_fabric.ctl({u"swap"_s, u"shop"_s, u"--wait"_s}).ok());
    QCOMPARE(slot(u"production"_s)[u"deployment_id"_s].toString(), production);
    QVERIFY(ask(u"production"_s).contains("\"v1\""));
}

void CommandsTest::aPackageInUseStays()
{
    const QString digest = slot(u"production"_s)[u"digest"_s].toString();
    const qsizetype before = m_fabric.json({u"package"_s, u"list"_s}).array().size();
    const CtlResult refused = m_fabric.ctl({u"package"_s, u"delete"_s, digest});
    QCOMPARE(refused.exit_code, 1);
    QVERIFY2(refused.err.contains(u"shop"_s), qPrintable(refused.err));
    QCOMPARE(m_fabric.json({u"package"_s, u"list"_s}).array().size(), before);
}

void CommandsTest::aDeploymentStopsStartsAndGoes()
{
    const QString url = m_fabric.slotUrl(u"shop"_s, u"staging"_s);
    const QStringList target{u"shop"_s, u"--slot"_s, u"staging"_s, u"--wait"_s};
    QVERIFY(m_fabric.ctl(QStringList{u"deployment"_s, u"stop"_s} + target).ok());
    for (const QJsonValue &instance : m_fabric.instances(u"shop"_s, u"staging"_s))
        QCOMPARE(instance[u"state"_s].toString(), u"StoppedVM"_s);
    QString error;
    QTRY_VERIFY2((KeptAliveClient(url).get(u"/whoami"_s, &error), error.contains(u"503"_s)),
                 qPrintable(error));
    const CtlResult checked = m_fabric.json({u"swap"_s, u"shop"_s, u"--validate-only"_s});
    QCOMPARE(checked.exit_code, 1);
    QCOMPARE(checked.object()[u"checks"_s].toArray().size(), 9);
    QVERIFY2(checked.err.contains(u"S4"_s), qPrintable(checked.err));
    QVERIFY(m_fabric.ctl(QStringList{u"deployment"_s, u"start"_s} + target).ok());
    QVERIFY(!KeptAliveClient(url).get(u"/whoami"_s, &error).isEmpty());
    QVERIFY(m_fabric.ctl(QStringList{u"deployment"_s, u"delete"_s} + target).ok());
    QVERIFY(slot(u"staging"_s).isEmpty());
    QCOMPARE(m_fabric.instances(u"shop"_s, u"staging"_s).size(), 0);
    QCOMPARE(m_fabric.readyCount(u"shop"_s, u"production"_s), 5);
    QCOMPARE(m_fabric.ctl(QStringList{u"deployment"_s, u"stop"_s} + target).exit_code, 1);
}

void CommandsTest::aServiceGoesWithItsDeployments()
{
    QCOMPARE(m_fabric.ctl({u"service"_s, u"delete"_s, u"quiet"_s}).exit_code, 1);
    QVERIFY(
        m_fabric
            .ctl({u"service"_s, u"delete"_s, u"quiet"_s, u"--delete-deployments"_s, u"--wait"_s})
            .ok());
    QCOMPARE(namesOf(m_fabric.json({u"service"_s, u"list"_s}).array()),
             QStringList({u"alone"_s, u"shop"_s}));
}

void CommandsTest::cleanupTestCase()
{
    if (!m_fabric.running())
        return;
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QCOMPARE(m_fabric.leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(CommandsTest)
#include "commands_test.moc"
