// The end is the end: whatever clients do, with a large store, again and again. SLIPWAY_ROUNDS=200
// for the long run.
#include "tests/integration/voyage/voyage.h"

#include "slipway/v1/resources.pb.h"

#include <QElapsedTimer>
#include <SQLiteCpp/SQLiteCpp.h>
#include <chrono>
#include <csignal>

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

namespace
{

// Qt gives a test's function five minutes; two hundred rounds may take longer.
const bool kAsLongAsItTakes = qputenv("QTEST_FUNCTION_TIMEOUT", "7200000");

constexpr int kRoundsDefault = 8;
constexpr int kEndMax_ms = 8'000;
constexpr int kEvents = 90'000; // a good 100 MB of them
constexpr int kSignals[] = {SIGTERM, SIGINT, SIGHUP};

std::int64_t nowMs()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void addEvents(const QString &file)
{
    SQLite::Database database(file.toStdString(), SQLite::OPEN_READWRITE);
    const std::int64_t first = database.execAndGet("SELECT ifnull(max(id), 0) + 1 FROM event");
    SQLite::Transaction transaction(database);
    SQLite::Statement add(database, "INSERT INTO event VALUES(?, ?, 'shop', '', '', 1, ?)");
    v1::Event event;
    event.set_kind("Filled");
    event.set_service("shop");
    event.set_message(std::string(1'000, 'x'));
    for (int i = 0; i < kEvents; ++i) {
        event.set_id(std::uint64_t(first + i));
        event.set_time_ms(nowMs());
        const std::string bytes = event.SerializeAsString();
        add.bind(1, first + i);
        add.bind(2, event.time_ms());
        add.bind(3, bytes.data(), int(bytes.size()));
        add.exec();
        add.reset();
    }
    transaction.commit();
}

int rounds()
{
    const int wanted = qEnvironmentVariableIntValue("SLIPWAY_ROUNDS");
    return wanted > 0 ? wanted : kRoundsDefault;
}

// A client of one kind, at work when the end comes.
class Client
{
public:
    Client(const FabricHarness &fabric, int kind)
    {
        const QStringList ways[] = {{u"watch"_s},
                                    {u"logs"_s, u"-f"_s, u"shop"_s},
                                    {u"package"_s, u"upload"_s, sample("guestbook-v2.cspkg")},
                                    {u"events"_s, u"shop"_s}};
        m_process.start(QStringLiteral(SLIPWAY_BIN_DIR "/slipwayctl"),
                        QStringList{u"--socket"_s, fabric.socket()} + ways[kind % 4]);
        m_process.waitForStarted();
        if (kind % 3 == 1)
            ::kill(pid_t(m_process.processId()), SIGSTOP); // reads nothing any more
        else if (kind % 3 == 2)
            m_process.kill(); // has just left
    }
    ~Client()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

private:
    QProcess m_process;
};

} // namespace

class CyclesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void everyEndIsInTime();

private:
    FabricHarness m_fabric;
};

void CyclesTest::initTestCase()
{
    QVERIFY(m_fabric.start({u"--hosts"_s, u"4"_s}));
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"shop"_s}).ok());
    const CtlResult deployed = deploySample(m_fabric, u"shop"_s, u"production"_s, "guestbook-v1");
    QVERIFY2(deployed.ok(), qPrintable(deployed.all() + m_fabric.log()));
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QStringList stores = QDir(m_fabric.dataFolder()).entryList({u"*.db"_s}, QDir::Files);
    QVERIFY(!stores.isEmpty());
    addEvents(m_fabric.dataFolder() + u'/' + stores.first());
}

void CyclesTest::everyEndIsInTime()
{
    qint64 longest_ms = 0;
    for (int round = 0; round < rounds(); ++round) {
        QVERIFY2(m_fabric.start(), qPrintable(m_fabric.log()));
        std::vector<std::unique_ptr<Client>> clients;
        for (int kind = 0; kind < 4; ++kind)
            clients.push_back(std::make_unique<Client>(m_fabric, round + kind * 5));
        if (round % 2 == 0)
            QVERIFY(m_fabric.waitReady(u"shop"_s, u"production"_s, 5));
        QElapsedTimer took;
        took.start();
        QVERIFY2(m_fabric.stopBy(kSignals[round % 3], kEndMax_ms),
                 qPrintable(QString::number(round) + m_fabric.log()));
        clients.clear();
        QTRY_COMPARE_WITH_TIMEOUT(m_fabric.leftovers(), QStringList(),
                                  int(std::max<qint64>(100, kEndMax_ms - took.elapsed())));
        longest_ms = std::max(longest_ms, took.elapsed());
        if (round % 20 == 19)
            qInfo("round %d: the longest end until now took %lld ms", round + 1,
                  static_cast<long long>(longest_ms));
    }
    qInfo("%d ends; the longest took %lld ms", rounds(), static_cast<long long>(longest_ms));
    QVERIFY(longest_ms <= kEndMax_ms);
}

QTEST_GUILESS_MAIN(CyclesTest)
#include "cycles_test.moc"
