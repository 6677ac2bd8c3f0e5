// A large package on its way to a real fabric, while somebody uses the window: with progress,
// called off half way, gone on with, whole at the end, and the GUI thread never held up.
#include "backend/client/connect.h"
#include "tests/integration/voyage/voyage.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDir>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTimer>
#include <optional>

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr qint64 kFileBytes = 200 * 1024 * 1024;
constexpr qint64 kPieceBytes = 1024 * 1024;
constexpr int kTickMs = 5;
constexpr qint64 kGapMaxMs = 50;

// How regularly the thread that it lives in comes round.
class Pulse
{
public:
    Pulse()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] {
            m_longest_ms = std::max(m_longest_ms, m_since.restart());
            ++m_ticks;
        });
        m_since.start();
        m_timer.start(kTickMs);
    }
    qint64 longestMs() const { return m_longest_ms; }
    int ticks() const { return m_ticks; }

private:
    QTimer m_timer;
    QElapsedTimer m_since;
    qint64 m_longest_ms = 0;
    int m_ticks = 0;
};

bool writeNoise(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return false;
    QRandomGenerator random(20100101);
    QByteArray piece(kPieceBytes, '\0');
    for (qint64 written = 0; written < kFileBytes; written += kPieceBytes) {
        random.fillRange(reinterpret_cast<quint32 *>(piece.data()), kPieceBytes / 4);
        if (file.write(piece) != kPieceBytes)
            return false;
    }
    return true;
}

QString digestOf(const QString &path)
{
    QFile file(path);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
        return {};
    return u"sha256:"_s + QString::fromLatin1(hash.result().toHex());
}

} // namespace

class UploadTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cancelledHalfWayItGoesOn();
    void whatIsThereIsNotStoredTwice();
    void cleanupTestCase();

private:
    // What one upload said, on the GUI thread as a portal would see it.
    struct Sending {
        std::unique_ptr<client::Subscription> subscription;
        std::uint64_t first_bytes = 0;
        std::uint64_t sent_bytes = 0;
        std::uint64_t total_bytes = 0;
        int reports = 0;
        bool backwards = false;
        std::optional<Result<v1::UploadReply>> reply;
    };
    void send(Sending &sending);
    QFileInfoList uploads() const
    {
        return QDir(m_fabric.dataFolder() + u"/uploads"_s).entryInfoList(QDir::Files);
    }
    qint64 keptBytes() const
    {
        qint64 bytes = 0;
        for (const QFileInfo &file : uploads())
            bytes += file.size();
        return bytes;
    }

    FabricHarness m_fabric;
    std::unique_ptr<client::FabricClient> m_client;
    QString m_package;
    QString m_digest;
};

void UploadTest::initTestCase()
{
    QVERIFY(m_fabric.start({u"--hosts"_s, u"1"_s, u"--fault-domains"_s, u"1"_s}));
    const QString folder = m_fabric.folder() + u"/big"_s;
    QVERIFY(writeText(folder + u"/ServiceDefinition.csdef"_s,
                      "<ServiceDefinition name=\"Big\" xmlns=\"http://schemas.microsoft.com/"
                      "ServiceHosting/2008/10/ServiceDefinition\"><WorkerRole name=\"Big\">"
                      "<Runtime><EntryPoint><ProgramEntryPoint commandLine=\"node.exe .\\big.js\" "
                      "setReadyOnProcessStart=\"true\" /></EntryPoint></Runtime></WorkerRole>"
                      "</ServiceDefinition>"));
    QVERIFY(writeText(folder + u"/Big/big.js"_s, "setInterval(() => {}, 1000);\n"));
    QVERIFY(writeNoise(folder + u"/Big/noise.bin"_s));
    m_package = m_fabric.folder() + u"/big.cspkg"_s;
    const CtlResult packed =
        m_fabric.ctl({u"package"_s, u"pack"_s, folder, u"-o"_s, m_package}, 300000);
    QVERIFY2(packed.ok(), qPrintable(packed.all()));
    QVERIFY(QFileInfo(m_package).size() >= kFileBytes);
    m_digest = digestOf(m_package);
    m_client = client::connect("unix:" + m_fabric.socket().toStdString());
}

void UploadTest::send(Sending &sending)
{
    const auto progressed = [&sending](client::UploadProgress now) {
        QMetaObject::invokeMethod(
            qApp,
            [&sending, now] {
                if (sending.reports++ == 0)
                    sending.first_bytes = now.sent_bytes;
                sending.backwards |= now.sent_bytes < sending.sent_bytes;
                sending.sent_bytes = now.sent_bytes;
                sending.total_bytes = now.total_bytes;
            },
            Qt::QueuedConnection);
    };
    const auto done = [&sending](Result<v1::UploadReply> reply) {
        QMetaObject::invokeMethod(
            qApp, [&sending, reply = std::move(reply)] { sending.reply = reply; },
            Qt::QueuedConnection);
    };
    sending.subscription =
        m_client->uploadPackage(m_package.toStdString(), "big-1", progressed, done);
}

void UploadTest::cancelledHalfWayItGoesOn()
{
    const auto total_bytes = std::uint64_t(QFileInfo(m_package).size());
    QElapsedTimer took;
    Sending first;
    Sending second;
    const Pulse pulse;
    took.start();
    send(first);
    QTRY_VERIFY_WITH_TIMEOUT(first.sent_bytes >= total_bytes / 2 || first.reply, 120000);
    QVERIFY2(!first.reply, "the upload had ended before it could be called off");
    first.subscription.reset();
    QVERIFY(first.reports > 10);
    QCOMPARE(first.total_bytes, total_bytes);
    QVERIFY(!first.backwards);
    const qint64 kept_bytes = keptBytes();
    QVERIFY2(kept_bytes > 0 && kept_bytes < qint64(total_bytes),
             qPrintable(QString::number(kept_bytes)));

    send(second);
    QTRY_VERIFY_WITH_TIMEOUT(second.reply, 240000);
    QVERIFY2(second.reply->has_value(),
             second.reply->has_value() ? "" : second.reply->error().message().c_str());
    qInfo().noquote() << total_bytes / 1024 / 1024 << "MiB, called off at"
                      << first.sent_bytes / 1024 / 1024 << "MiB, gone on from"
                      << second.first_bytes / 1024 / 1024 << "MiB, stored after" << took.elapsed()
                      << "ms; the GUI thread's longest gap was" << pulse.longestMs() << "ms in"
                      << pulse.ticks() << "ticks of" << kTickMs << "ms";
    QVERIFY2(second.first_bytes >= std::uint64_t(kept_bytes), "it began anew");
    QCOMPARE(QString::fromStdString((*second.reply)->package().digest()), m_digest);
    QCOMPARE((*second.reply)->package().size_bytes(), total_bytes);
    QVERIFY(uploads().isEmpty());
    QVERIFY(pulse.ticks() > 10);
    QVERIFY2(pulse.longestMs() <= kGapMaxMs, qPrintable(QString::number(pulse.longestMs())));
}

void UploadTest::whatIsThereIsNotStoredTwice()
{
    const CtlResult again = m_fabric.json({u"package"_s, u"upload"_s, m_package}, 120000);
    QVERIFY2(again.ok(), qPrintable(again.all()));
    QCOMPARE(again.object()[u"already_stored"_s], QJsonValue(true));
    QCOMPARE(again.object()[u"digest"_s].toString(), m_digest);
    const QString stored = m_fabric.dataFolder() + u"/packages/"_s + m_digest.section(u':', 1) +
                           u"/content/Big/approot/noise.bin"_s;
    QCOMPARE(digestOf(stored), digestOf(m_fabric.folder() + u"/big/Big/noise.bin"_s));
}

void UploadTest::cleanupTestCase()
{
    m_client.reset();
    if (!m_fabric.running())
        return;
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QCOMPARE(m_fabric.leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(UploadTest)
#include "upload_test.moc"
