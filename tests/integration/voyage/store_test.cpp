// What can befall a fabric's store and its uploads, with the real programs: nothing that was
// acknowledged is lost, nothing beside the store is deleted, and every refusal says what to do.
#include "tests/integration/voyage/voyage.h"

#include <QDirIterator>
#include <QFile>
#include <QRandomGenerator>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <memory>
#include <vector>

using namespace Qt::StringLiterals;
using namespace slipway::test;

namespace
{

constexpr int kPatience_ms = 180'000;
constexpr qint64 kNoiseBytes = 24 * 1024 * 1024;

void writeNoise(const QString &path)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QRandomGenerator random(20261127);
    QByteArray piece(1024 * 1024, '\0');
    for (qint64 written = 0; written < kNoiseBytes; written += piece.size()) {
        random.fillRange(reinterpret_cast<quint32 *>(piece.data()), piece.size() / 4);
        QCOMPARE(file.write(piece), piece.size());
    }
}

} // namespace

class StoreVoyageTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void theSameFileTenTimesAtOnce();
    void brokenUploadsLeaveNoDescriptor();
    void aDamagedPackageIsFoundAndHealed();
    void anEmptiedStoreIsRefused();
    void anUnlinkedStoreLosesNothing();
    void aMissingStoreBeginsAnewByWordOnly();
    void cleanupTestCase();

private:
    QString storeFile() const { return m_fabric.dataFolder() + u"/fabric.db"_s; }
    int descriptors() const
    {
        return int(QDir(u"/proc/%1/fd"_s.arg(m_fabric.controllerPid()))
                       .entryList(QDir::Files | QDir::System | QDir::NoDotAndDotDot)
                       .size());
    }
    QStringList start() const { return {u"--hosts"_s, u"1"_s, u"--fault-domains"_s, u"1"_s}; }
    QStringList packageFiles() const
    {
        QStringList found;
        QDirIterator walk(m_fabric.dataFolder() + u"/packages"_s, QDir::Files,
                          QDirIterator::Subdirectories);
        while (walk.hasNext())
            found.append(walk.next());
        return found;
    }
    // Why a start is refused; empty: it was not.
    QString refusal(const QStringList &more = {}) const;

    FabricHarness m_fabric;
    QString m_package;
    QString m_digest;
};

QString StoreVoyageTest::refusal(const QStringList &more) const
{
    QProcess fabric;
    fabric.start(QStringLiteral(SLIPWAY_BIN_DIR) + u"/slipwayd"_s,
                 QStringList{u"fabric"_s, u"--data"_s, m_fabric.dataFolder(), u"--socket"_s,
                             m_fabric.socket()} +
                     more);
    if (!fabric.waitForFinished(60'000)) {
        fabric.terminate();
        fabric.waitForFinished(20'000);
        return {};
    }
    return fabric.exitCode() == 1 ? QString::fromUtf8(fabric.readAllStandardError()) : QString();
}

void StoreVoyageTest::initTestCase()
{
    QVERIFY(m_fabric.start(start()));
    const QString folder = m_fabric.folder() + u"/big"_s;
    QVERIFY(writeText(folder + u"/ServiceDefinition.csdef"_s,
                      "<ServiceDefinition name=\"Big\" xmlns=\"http://schemas.microsoft.com/"
                      "ServiceHosting/2008/10/ServiceDefinition\"><WorkerRole name=\"Big\">"
                      "<Runtime><EntryPoint><ProgramEntryPoint commandLine=\"node.exe .\\big.js\" "
                      "setReadyOnProcessStart=\"true\" /></EntryPoint></Runtime></WorkerRole>"
                      "</ServiceDefinition>"));
    QVERIFY(writeText(folder + u"/Big/big.js"_s, "setInterval(() => {}, 1000);\n"));
    writeNoise(folder + u"/Big/noise.bin"_s);
    m_package = m_fabric.folder() + u"/big.cspkg"_s;
    const CtlResult packed =
        m_fabric.ctl({u"package"_s, u"pack"_s, folder, u"-o"_s, m_package}, kPatience_ms);
    QVERIFY2(packed.ok(), qPrintable(packed.all()));
}

void StoreVoyageTest::theSameFileTenTimesAtOnce()
{
    std::vector<std::unique_ptr<QProcess>> senders;
    for (int i = 0; i < 10; ++i) {
        senders.push_back(std::make_unique<QProcess>());
        senders.back()->start(
            QStringLiteral(SLIPWAY_BIN_DIR) + u"/slipwayctl"_s,
            {u"--socket"_s, m_fabric.socket(), u"--json"_s, u"package"_s, u"upload"_s, m_package});
    }
    QSet<QString> digests;
    for (const auto &sender : senders) {
        QVERIFY(sender->waitForFinished(kPatience_ms));
        const QByteArray out = sender->readAllStandardOutput();
        QVERIFY2(sender->exitCode() == 0, sender->readAllStandardError().constData());
        digests.insert(QJsonDocument::fromJson(out).object()[u"digest"_s].toString());
    }
    QCOMPARE(digests.size(), 1);
    m_digest = *digests.begin();
    QCOMPARE(m_fabric.json({u"package"_s, u"list"_s}).array().size(), 1);
    QVERIFY(QDir(m_fabric.dataFolder() + u"/uploads"_s).entryList(QDir::Files).isEmpty());
}

void StoreVoyageTest::brokenUploadsLeaveNoDescriptor()
{
    const int before = descriptors();
    for (int i = 0; i < 40; ++i) {
        QProcess sender;
        sender.start(QStringLiteral(SLIPWAY_BIN_DIR) + u"/slipwayctl"_s,
                     {u"--socket"_s, m_fabric.socket(), u"package"_s, u"upload"_s, m_package});
        QVERIFY(sender.waitForStarted());
        sender.waitForFinished(40 + i * 10); // somewhere on its way
        sender.kill();
        QVERIFY(sender.state() == QProcess::NotRunning || sender.waitForFinished(20'000));
    }
    QTRY_VERIFY_WITH_TIMEOUT(descriptors() <= before + 4, kPatience_ms);
    const CtlResult sent = m_fabric.ctl({u"package"_s, u"upload"_s, m_package}, kPatience_ms);
    QVERIFY2(sent.ok(), qPrintable(sent.all()));
}

void StoreVoyageTest::aDamagedPackageIsFoundAndHealed()
{
    const CtlResult sound = m_fabric.json({u"fabric"_s, u"check"_s}, kPatience_ms);
    QVERIFY2(sound.ok(), qPrintable(sound.all()));
    QVERIFY(sound.object()[u"content_bytes"_s].toDouble() >= double(kNoiseBytes));
    QFile noise(m_fabric.dataFolder() + u"/packages/"_s + m_digest.section(u':', 1) +
                u"/content/Big/approot/noise.bin"_s);
    QVERIFY(noise.open(QIODevice::ReadWrite));
    QVERIFY(noise.seek(1'000'000) && noise.write("x", 1) == 1);
    noise.close();
    const CtlResult damaged = m_fabric.json({u"fabric"_s, u"check"_s}, kPatience_ms);
    QCOMPARE(damaged.exit_code, 1);
    QVERIFY2(damaged.out.contains(u"PACKAGE_DAMAGED"_s), qPrintable(damaged.all()));
    const CtlResult sent = m_fabric.ctl({u"package"_s, u"upload"_s, m_package}, kPatience_ms);
    QVERIFY2(sent.ok(), qPrintable(sent.all()));
    const CtlResult healed = m_fabric.json({u"fabric"_s, u"check"_s}, kPatience_ms);
    QVERIFY2(healed.ok(), qPrintable(healed.all()));
    QVERIFY(healed.out.contains(u"TRASH"_s)); // the damaged one
}

void StoreVoyageTest::anEmptiedStoreIsRefused()
{
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"kept"_s}).ok());
    const CtlResult backup = m_fabric.json({u"fabric"_s, u"backup"_s}, kPatience_ms);
    QVERIFY2(backup.ok(), qPrintable(backup.all()));
    const QString copy = backup.object()[u"file"_s].toString();
    const CtlResult running =
        m_fabric.ctl({u"fabric"_s, u"restore"_s, copy, u"--data"_s, m_fabric.dataFolder()});
    QCOMPARE(running.exit_code, 1);
    QVERIFY2(running.err.contains(u"DATA_FOLDER_IN_USE"_s), qPrintable(running.all()));
    QVERIFY(m_fabric.stop());
    const QStringList before = packageFiles();
    QVERIFY(before.size() > 2);
    QVERIFY(QFile::resize(storeFile(), 0));
    const QString why = refusal(start());
    QVERIFY2(why.contains(copy) && why.contains(u"--first-start"_s), qPrintable(why));
    QCOMPARE(packageFiles(), before);
    const CtlResult offline =
        m_fabric.ctl({u"fabric"_s, u"check"_s, u"--data"_s, m_fabric.dataFolder()}, kPatience_ms);
    QCOMPARE(offline.exit_code, 1);
    const CtlResult restored =
        m_fabric.json({u"fabric"_s, u"restore"_s, copy, u"--data"_s, m_fabric.dataFolder()});
    QVERIFY2(restored.ok(), qPrintable(restored.all()));
    QVERIFY(QFile::exists(restored.object()[u"aside"_s].toString()));
    QVERIFY(m_fabric.start(start()));
    QVERIFY(m_fabric.ctl({u"service"_s, u"show"_s, u"kept"_s}).ok());
    QCOMPARE(packageFiles(), before);
}

void StoreVoyageTest::anUnlinkedStoreLosesNothing()
{
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"acknowledged"_s}).ok());
    QVERIFY(QFile::remove(storeFile()));
    const CtlResult refused = m_fabric.ctl({u"service"_s, u"create"_s, u"lost"_s});
    QCOMPARE(refused.exit_code, 1);
    QVERIFY2(refused.err.contains(u"[STORE_REPLACED]"_s), qPrintable(refused.all()));
    QVERIFY2(refused.err.contains(u"fabric backup"_s), qPrintable(refused.all()));
    const QString copy = m_fabric.folder() + u"/saved.db"_s;
    const CtlResult saved = m_fabric.ctl({u"fabric"_s, u"backup"_s, copy}, kPatience_ms);
    QVERIFY2(saved.ok(), qPrintable(saved.all()));
    QVERIFY(m_fabric.stop());
    QVERIFY(!refusal(start()).isEmpty());
    const CtlResult restored =
        m_fabric.ctl({u"fabric"_s, u"restore"_s, copy, u"--data"_s, m_fabric.dataFolder()});
    QVERIFY2(restored.ok(), qPrintable(restored.all()));
    QVERIFY(m_fabric.start(start()));
    QVERIFY(m_fabric.ctl({u"service"_s, u"show"_s, u"acknowledged"_s}).ok());
    QCOMPARE(m_fabric.ctl({u"service"_s, u"show"_s, u"lost"_s}).exit_code, 1);
}

void StoreVoyageTest::aMissingStoreBeginsAnewByWordOnly()
{
    QVERIFY(m_fabric.stop());
    const QStringList before = packageFiles();
    QVERIFY(QFile::rename(storeFile(), m_fabric.folder() + u"/away.db"_s));
    QVERIFY(refusal(start()).contains(u"is missing"_s));
    QVERIFY(m_fabric.start(start() + QStringList{u"--first-start"_s}));
    QVERIFY(m_fabric.json({u"package"_s, u"list"_s}).array().isEmpty());
    QCOMPARE(packageFiles(), before);
    const CtlResult check = m_fabric.json({u"fabric"_s, u"check"_s}, kPatience_ms);
    QVERIFY2(check.ok() && check.out.contains(u"PACKAGE_UNKNOWN"_s), qPrintable(check.all()));
    // What nobody knew is known again by the same upload.
    QVERIFY(m_fabric.ctl({u"package"_s, u"upload"_s, m_package}, kPatience_ms).ok());
    QCOMPARE(packageFiles().size(), before.size());
}

void StoreVoyageTest::cleanupTestCase()
{
    QVERIFY(m_fabric.stop());
    QTRY_VERIFY2(m_fabric.leftovers().isEmpty(), qPrintable(m_fabric.leftovers().join(u'\n')));
}

QTEST_GUILESS_MAIN(StoreVoyageTest)
#include "store_test.moc"
