// What the tests of the table in docs/testing.md share: a fabric with a service whose users go on
// asking while something is taken away, and the row that says how it went.
#pragma once

#include "tests/integration/voyage/voyage.h"

#include "tests/support/signal_process.h"

#include "backend/sys/sandbox.h"

#include <QElapsedTimer>
#include <functional>

namespace slipway::test
{

constexpr int kHealMax_ms = 90'000; // on a loaded machine
constexpr int kWindow_ms = 3'000;   // in which ends of an instance are counted together

// users, operators: what they see; healed_ms: from the cause to the last part being in order.
inline void row(const char *part, const char *what, const QString &users, const QString &operators,
                qint64 healed_ms)
{
    qInfo().noquote() << QStringLiteral("| %1 | %2 | %3 | %4 | %5 s |")
                             .arg(QString::fromLatin1(part), QString::fromLatin1(what), users,
                                  operators, QString::number(double(healed_ms) / 1000, 'f', 1));
}

inline QString lostWords(int lost)
{
    return lost == 0 ? QStringLiteral("nothing")
                     : QString::number(lost) + QStringLiteral(" requests answered by an error");
}

class Surroundings
{
public:
    QString begin() { return fabric.start() ? deploy() : fabric.log(); }
    // The sample; empty, or why not.
    QString deploy()
    {
        if (!fabric.ctl({QStringLiteral("service"), QStringLiteral("create"), shop}).ok())
            return QStringLiteral("no service");
        // What a row ended counts no more in the next: each begins as if nothing had happened.
        if (!fabric
                 .ctl({QStringLiteral("settings"), QStringLiteral("set"),
                       QStringLiteral("crash_window_ms"), QString::number(kWindow_ms)})
                 .ok())
            return QStringLiteral("no setting");
        const CtlResult deployed =
            package.isEmpty()
                ? deploySample(fabric, shop, production, "guestbook-v1")
                : fabric.ctl({QStringLiteral("deploy"), shop, QStringLiteral("--slot"), production,
                              QStringLiteral("--package"), package, QStringLiteral("--config"),
                              sample("guestbook-v1") + QStringLiteral(".cscfg"),
                              QStringLiteral("--wait")});
        url = fabric.slotUrl(shop, production);
        return deployed.ok() ? QString() : deployed.all() + fabric.log();
    }
    bool isolated() const
    {
        return web()[QStringLiteral("isolation")].toString().startsWith(u"isolated");
    }

    QJsonObject web() const { return fabric.instance(shop, QStringLiteral("WebRole_IN_1")); }
    QString reason() const { return web()[QStringLiteral("reason")].toString(); }
    // Whether its reason has these words; it may be another a moment later, so it is kept as
    // `said`.
    bool tells(const QString &words)
    {
        said = reason();
        return said.contains(words, Qt::CaseInsensitive);
    }
    QString host() const { return web()[QStringLiteral("host")].toString(); }
    qint64 agent() const { return web()[QStringLiteral("agent_pid")].toInteger(); }
    qint64 program() const { return web()[QStringLiteral("program_pid")].toInteger(); }
    bool allReady() const { return fabric.readyCount(shop, production) == 5; }
    QJsonObject hostNamed(const QString &name) const
    {
        for (const QJsonValue &value : fabric.json({QStringLiteral("hosts")}).array())
            if (value[QStringLiteral("id")].toString() == name)
                return value.toObject();
        return {};
    }
    qint64 pidOfHost(const QString &name) const
    {
        return hostNamed(name)[QStringLiteral("pid")].toInteger();
    }
    QStringList eventsOf(const QString &kind) const // "message: cause", the cause once
    {
        QStringList found;
        for (const QJsonValue &event : fabric.json({QStringLiteral("events")}).array()) {
            if (event[QStringLiteral("kind")].toString() != kind)
                continue;
            const QString message = event[QStringLiteral("message")].toString();
            const QString cause = event[QStringLiteral("cause")].toString();
            found << (message.contains(cause) ? message : message + QStringLiteral(": ") + cause);
        }
        return found;
    }
    bool hasEvent(const QString &words) const
    {
        return fabric.ctl({QStringLiteral("events")}).out.contains(words);
    }
    // Between two rows: what ended is forgotten.
    void rest() const { QTest::qWait(kWindow_ms + 500); }
    // How many of the requests failed that were sent one after the other until `healed`; -1: it
    // never came to that.
    int requestsLost(const std::function<bool()> &healed, int limit_ms = kHealMax_ms)
    {
        timer.start();
        int lost = 0;
        const bool ok = QTest::qWaitFor(
            [&] {
                KeptAliveClient client(url);
                lost += client.get(QStringLiteral("/whoami"), nullptr, 25'000).isEmpty() ? 1 : 0;
                return healed();
            },
            limit_ms);
        return ok ? lost : -1;
    }
    // The end of a test: everything goes in order, and nothing is left.
    QString end()
    {
        if (!fabric.running())
            return {};
        if (!fabric.stop())
            return fabric.log();
        const bool gone = QTest::qWaitFor([this] { return fabric.leftovers().isEmpty(); }, 5'000);
        return gone ? QString() : fabric.leftovers().join(u'\n');
    }

    const QString shop = QStringLiteral("shop");
    const QString production = QStringLiteral("production");
    FabricHarness fabric;
    QString package; // a folder that is deployed instead of the sample, with its configuration
    QString url;
    QString said;
    QElapsedTimer timer;
};

} // namespace slipway::test
