// What operators are told of isolation: before, after and instead of a deployment.
#include "tests/integration/voyage/voyage.h"

#include "backend/proto/isolation_level.h"
#include "backend/sys/confinement.h"
#include "backend/sys/sandbox.h"

using namespace Qt::StringLiterals;
using namespace slipway::test;
using namespace slipway;

class LevelsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void refusesToDeployWhereNoHostIsFit();
    void saysTheLevelWithADeployment();
    void takesTheOperatorsWord();

private:
    // "good", or the words that the runtime fails with.
    void letRuntime(const QByteArray &say) { QVERIFY(writeText(m_bin->filePath(u"says"_s), say)); }
    bool waitForHosts(const QString &field, const QString &text) const
    {
        return QTest::qWaitFor(
            [&] {
                const QJsonArray hosts = m_fabric->json({u"hosts"_s}).array();
                return !hosts.isEmpty() && std::all_of(hosts.begin(), hosts.end(), [&](auto host) {
                    return host.toObject()[field].toString().contains(text);
                });
            },
            60'000);
    }

    std::unique_ptr<QTemporaryDir> m_bin;
    std::unique_ptr<FabricHarness> m_fabric;
    QByteArray m_path;
};

void LevelsTest::init()
{
    m_bin = std::make_unique<QTemporaryDir>();
    m_fabric = std::make_unique<FabricHarness>();
    letRuntime("good");
    const QByteArray script =
        "#!/bin/sh\nsays=$(cat " + m_bin->filePath(u"says"_s).toUtf8() +
        ")\ncase \" $* \" in *' run '*) [ \"$says\" = good ] || { echo \"$says\" >&2; exit 1; };; "
        "esac\nexec " +
        QByteArray::fromStdString(sys::findSandboxProgram().string()) + " \"$@\"\n";
    QVERIFY(writeText(m_bin->filePath(u"runc"_s), script));
    QVERIFY(QFile::setPermissions(m_bin->filePath(u"runc"_s),
                                  QFile::ReadOwner | QFile::ExeOwner | QFile::WriteOwner));
    m_path = qgetenv("PATH");
    qputenv("PATH", m_bin->path().toUtf8() + ':' + m_path);
}

void LevelsTest::cleanup()
{
    m_fabric = nullptr;
    m_bin = nullptr;
    qputenv("PATH", m_path);
}

void LevelsTest::refusesToDeployWhereNoHostIsFit()
{
    letRuntime("runc run failed: mkdir /run/x: no space left on device");
    QVERIFY(m_fabric->start({u"--hosts"_s, u"2"_s}));
    if (!waitForHosts(u"unfit_reason"_s, u"no space left on device"_s))
        QSKIP("This machine gives no namespaces, so its runtime is not asked.");
    QVERIFY(m_fabric->ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
    const CtlResult refused = deploySample(*m_fabric, u"shop"_s, u"production"_s, "static-site");
    QVERIFY2(!refused.ok(), qPrintable(refused.all()));
    QVERIFY2(refused.err.contains(u"no space left on device"_s), qPrintable(refused.all()));
    QVERIFY(m_fabric->ctl({u"hosts"_s}).out.contains(u"takes no instances"_s));
    QVERIFY(m_fabric->ctl({u"status"_s}).out.contains(u"takes no instances"_s));
    letRuntime("good");
    QVERIFY(waitForHosts(u"isolation"_s, u"isolated"_s));
    const CtlResult deployed = deploySample(*m_fabric, u"shop"_s, u"production"_s, "static-site");
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric->log()));
}

void LevelsTest::saysTheLevelWithADeployment()
{
    if (sys::landlockVersion() == 0)
        QSKIP("This kernel has no Landlock.");
    letRuntime("nsexec-1[7]: failed to unshare user namespace: Operation not permitted");
    QVERIFY(m_fabric->start({u"--hosts"_s, u"2"_s}));
    QVERIFY(waitForHosts(u"isolation"_s, u"confined"_s));
    QVERIFY(m_fabric->ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
    const CtlResult deployed = deploySample(*m_fabric, u"shop"_s, u"production"_s, "guestbook-v1");
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric->log()));
    QVERIFY2(deployed.err.contains(u"confined."_s), qPrintable(deployed.all()));
    for (const QJsonValue &instance : m_fabric->instances(u"shop"_s))
        QCOMPARE(instance[u"isolation"_s].toString(), u"confined"_s);
    QCOMPARE(m_fabric->status()[u"isolation"_s].toString(), u"confined"_s);
    QVERIFY(!m_fabric->status()[u"isolation_advice"_s].toString().isEmpty());
    KeptAliveClient client(m_fabric->slotUrl(u"shop"_s, u"production"_s));
    QString problem;
    QVERIFY2(!client.get(u"/"_s, &problem).isEmpty(), qPrintable(problem));
}

void LevelsTest::takesTheOperatorsWord()
{
    QVERIFY(m_fabric->start({u"--hosts"_s, u"1"_s}));
    const CtlResult word =
        m_fabric->ctl({u"settings"_s, u"set"_s, u"accept_no_isolation"_s, u"true"_s});
    QVERIFY2(word.ok(), qPrintable(word.all()));
    QVERIFY2(word.err.contains(u"no isolation"_s), qPrintable(word.all()));
    QVERIFY(m_fabric->json({u"settings"_s, u"show"_s}).object()[u"accept_no_isolation"_s].toBool());
    QVERIFY(!m_fabric->ctl({u"settings"_s, u"set"_s, u"accept_no_isolation"_s, u"1"_s}).ok());
    QVERIFY(m_fabric->ctl({u"settings"_s, u"set"_s, u"accept_no_isolation"_s, u"false"_s}).ok());
}

QTEST_GUILESS_MAIN(LevelsTest)
#include "levels_test.moc"
