// The controller is killed at 200 moments of a script of 50 commands: at known stations inside a
// command, and at random moments. Whatever it acknowledged is there afterwards, as a fresh process
// sees it, and a retry is harmless.
#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace Qt::StringLiterals;

namespace
{

constexpr int kMoments = 200;
constexpr int kCommands = 50;
constexpr unsigned kRandomUsMax = 1000;
constexpr int kInsideAtLeast = 50;
constexpr int kPerStationAtLeast = 5;
constexpr int kWait_ms = 30'000;

// Where a command is when the controller dies, and what that means for it.
struct Station {
    const char *name;
    bool acknowledged; // its answer is out
    bool stored;
};
constexpr std::array<Station, 5> kStations = {{{"received", false, false},
                                               {"applied", false, false},
                                               {"written", false, false},
                                               {"committed", false, true},
                                               {"answered", true, true}}};

struct ScriptCommand {
    QString request_id;
    QString verb;
    QString service;
    QString label;
    QByteArray line(const char *station) const
    {
        const QString words = request_id + u' ' + verb + u' ' + service + u' ' + label;
        return words.toUtf8() + ' ' + station + '\n';
    }
};

using Services = std::map<QString, QString>; // name -> label

// Creates, changes and deletes services, never one that is not there.
std::vector<ScriptCommand> makeScript(std::mt19937 &random)
{
    std::vector<ScriptCommand> script;
    std::vector<QString> alive;
    for (int i = 0; i < kCommands; ++i) {
        const QString id = u"r%1"_s.arg(i);
        const std::size_t pick = alive.empty() ? 0 : random() % alive.size();
        const unsigned kind = alive.size() < 3 ? 0 : random() % 4;
        if (kind <= 1) {
            alive.push_back(u"svc-%1"_s.arg(i));
            script.push_back({id, u"create"_s, alive.back(), u"first-%1"_s.arg(i)});
        } else if (kind == 2) {
            script.push_back({id, u"label"_s, alive[pick], u"label-%1"_s.arg(i)});
        } else {
            script.push_back({id, u"delete"_s, alive[pick], {}});
            alive.erase(alive.begin() + std::ptrdiff_t(pick));
        }
    }
    return script;
}

void applyTo(Services &services, const ScriptCommand &command)
{
    if (command.verb == u"delete"_s)
        services.erase(command.service);
    else
        services[command.service] = command.label;
}

QString describe(const Services &services)
{
    QStringList words;
    for (const auto &[name, label] : services)
        words << name + u'=' + label;
    return words.join(u' ');
}

struct Kept {
    Services services;
    std::vector<QString> requests;
};

Kept readStore(const QString &home)
{
    QProcess process;
    process.start(QStringLiteral(SLIPWAY_CRASH_DRIVER), {home, u"--check"_s});
    Kept kept;
    if (!process.waitForFinished(kWait_ms) || process.exitCode() != 0)
        return kept;
    const QStringList lines = QString::fromUtf8(process.readAllStandardOutput()).split(u'\n');
    for (const QString &line : lines) {
        const QStringList words = line.split(u' ');
        if (words[0] == u"service"_s && words.size() == 3)
            kept.services[words[1]] = words[2];
        else if (words[0] == u"request"_s)
            kept.requests.push_back(words[1]);
    }
    return kept;
}

// One life of the controller.
class Controller
{
public:
    bool start(const QString &home)
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QStringLiteral(SLIPWAY_CRASH_DRIVER), {home});
        return m_process.waitForStarted(kWait_ms) && nextLine() == "ready";
    }
    void send(const ScriptCommand &command, const char *station = "")
    {
        m_process.write(command.line(station));
        while (m_process.bytesToWrite() > 0 && m_process.waitForBytesWritten(kWait_ms)) {
        }
    }
    bool acknowledged(const ScriptCommand &command)
    {
        return nextLine() == "ack " + command.request_id.toUtf8();
    }
    // Its words until it stands still there; the acknowledgement may be among them.
    bool standsAt(const Station &station, const ScriptCommand &command)
    {
        if (station.acknowledged && !acknowledged(command))
            return false;
        return nextLine() == QByteArray("at ") + station.name;
    }
    // What it still managed to say counts.
    QByteArray kill()
    {
        ::kill(pid_t(m_process.processId()), SIGKILL);
        m_process.waitForFinished(kWait_ms);
        return m_process.readAllStandardOutput();
    }

private:
    QByteArray nextLine()
    {
        while (!m_process.canReadLine())
            if (!m_process.waitForReadyRead(kWait_ms))
                return {};
        return m_process.readLine().trimmed();
    }
    QProcess m_process;
};

} // namespace

class FabricCrashTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsEveryAcknowledgedCommand();

private:
    // A script that goes on over the lives of its controller.
    struct Voyage {
        std::unique_ptr<QTemporaryDir> home;
        std::vector<ScriptCommand> script;
        std::size_t next = 0;   // first command without acknowledgement
        bool in_flight = false; // it was sent in some life and may have happened
        Services expected;
    };

    void beginVoyage(Voyage &voyage);
    void liveAndDie(Voyage &voyage);
    void obeySome(Voyage &voyage, Controller &controller);
    void dieAt(const Station &station, Voyage &voyage, Controller &controller);
    void dieAnywhere(Voyage &voyage, Controller &controller);
    void compare(const Voyage &voyage, const std::vector<Services> &allowed);

    std::mt19937 m_random;
    std::array<int, kStations.size()> m_deaths = {};
};

void FabricCrashTest::beginVoyage(Voyage &voyage)
{
    voyage.home = std::make_unique<QTemporaryDir>(QDir::tempPath() + u"/crash-XXXXXX"_s);
    voyage.script = makeScript(m_random);
    voyage.next = 0;
    voyage.in_flight = false;
    voyage.expected.clear();
}

// Starts the controller, gives it some commands and kills it, two times of three at a station.
void FabricCrashTest::liveAndDie(Voyage &voyage)
{
    Controller controller;
    QVERIFY(controller.start(voyage.home->path()));
    obeySome(voyage, controller);
    if (QTest::currentTestFailed())
        return;
    const std::size_t at = m_random() % (kStations.size() * 3 / 2);
    if (at < kStations.size() && voyage.next < voyage.script.size()) {
        dieAt(kStations[at], voyage, controller);
        ++m_deaths[at];
    } else {
        dieAnywhere(voyage, controller);
    }
}

// One that may have happened comes first: its repetition is answered and changes nothing.
void FabricCrashTest::obeySome(Voyage &voyage, Controller &controller)
{
    const std::size_t count = m_random() % 6 + (voyage.in_flight ? 1 : 0);
    const std::size_t last = std::min(voyage.next + count, voyage.script.size());
    for (; voyage.next < last; ++voyage.next) {
        controller.send(voyage.script[voyage.next]);
        QVERIFY(controller.acknowledged(voyage.script[voyage.next]));
        applyTo(voyage.expected, voyage.script[voyage.next]);
        voyage.in_flight = false;
    }
}

// Here it is known what the store holds: what was committed, acknowledged or not, and no more.
void FabricCrashTest::dieAt(const Station &station, Voyage &voyage, Controller &controller)
{
    const ScriptCommand &command = voyage.script[voyage.next];
    controller.send(command, station.name);
    QVERIFY2(controller.standsAt(station, command), station.name);
    QVERIFY2(!controller.kill().contains("ack "), station.name);
    Services wanted = voyage.expected;
    if (station.stored)
        applyTo(wanted, command);
    compare(voyage, {wanted});
    voyage.in_flight = station.stored && !station.acknowledged;
    if (station.acknowledged) {
        voyage.expected = wanted;
        ++voyage.next;
    }
}

// A command without an answer may have happened or not, but nothing in between.
void FabricCrashTest::dieAnywhere(Voyage &voyage, Controller &controller)
{
    const bool sent = voyage.next < voyage.script.size();
    if (sent)
        controller.send(voyage.script[voyage.next]);
    // When it strikes is the point, not a wait (check_structure: allowed).
    std::this_thread::sleep_for(std::chrono::microseconds(m_random() % kRandomUsMax));
    const bool answered = controller.kill().contains("ack ");
    if (answered)
        applyTo(voyage.expected, voyage.script[voyage.next++]);
    voyage.in_flight = sent && !answered;
    Services with_next = voyage.expected;
    if (voyage.in_flight)
        applyTo(with_next, voyage.script[voyage.next]);
    compare(voyage, {voyage.expected, with_next});
}

void FabricCrashTest::compare(const Voyage &voyage, const std::vector<Services> &allowed)
{
    const Kept kept = readStore(voyage.home->path());
    QVERIFY2(std::find(allowed.begin(), allowed.end(), kept.services) != allowed.end(),
             qPrintable(u"at command %1: expected %2, kept %3"_s.arg(voyage.next)
                            .arg(describe(allowed.front()), describe(kept.services))));
    const std::set<QString> once(kept.requests.begin(), kept.requests.end());
    QCOMPARE(once.size(), kept.requests.size()); // retries made nothing twice
}

void FabricCrashTest::keepsEveryAcknowledgedCommand()
{
    bool given = false;
    const unsigned seed_given = qEnvironmentVariable("SLIPWAY_SEED").toUInt(&given);
    const unsigned seed = given ? seed_given : std::random_device()();
    qInfo("seed %u (SLIPWAY_SEED repeats it)", seed);
    m_random.seed(seed);
    Voyage voyage;
    beginVoyage(voyage);
    int voyages = 1;
    for (int moment = 0; moment < kMoments; ++moment) {
        if (voyage.next >= voyage.script.size()) {
            beginVoyage(voyage);
            ++voyages;
        }
        liveAndDie(voyage);
        if (QTest::currentTestFailed())
            return;
    }
    int inside = 0;
    for (std::size_t i = 0; i < kStations.size(); ++i) {
        qInfo("%3d deaths at the station \"%s\"", m_deaths[i], kStations[i].name);
        QVERIFY(m_deaths[i] >= kPerStationAtLeast);
        inside += kStations[i].acknowledged ? 0 : m_deaths[i];
    }
    qInfo("%d moments, %d of them inside a command, %d runs of the script", kMoments, inside,
          voyages);
    QVERIFY(inside >= kInsideAtLeast);
}

QTEST_GUILESS_MAIN(FabricCrashTest)
#include "fabric_crash_test.moc"
