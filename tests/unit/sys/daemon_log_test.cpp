#include "backend/sys/append_file.h"
#include "backend/sys/daemon_log.h"

#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

using namespace slipway;

class DaemonLogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        m_log = std::make_unique<sys::DaemonLog>(
            std::filesystem::path(m_home->path().toStdString()) / "logs/edge.log");
    }

    void quotesThePresentLifeOnly();
    void leavesTheTimeOut();

private:
    void live(const std::string &words)
    {
        const int fd = m_log->beginLife();
        QVERIFY(fd >= 0);
        QCOMPARE(ssize_t(words.size()), write(fd, words.data(), words.size()));
        sys::closeFile(fd);
    }

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<sys::DaemonLog> m_log;
};

void DaemonLogTest::quotesThePresentLifeOnly()
{
    QCOMPARE(m_log->lastWords(), std::string());
    live("first\nno port\n\n");
    QCOMPARE(m_log->lastWords(), std::string("no port"));
    live("");
    QCOMPARE(m_log->lastWords(), std::string());
    live(std::string(5'000, 'x') + "\nhalf a li");
    QCOMPARE(m_log->lastWords(), std::string("half a li"));
}

// The same reason is the same text each time; HAProxy's own brackets stay.
void DaemonLogTest::leavesTheTimeOut()
{
    live("[2026-11-28 02:20:01.123] [error] Cannot open the store\n");
    QCOMPARE(m_log->lastWords(), std::string("Cannot open the store"));
    live("[ALERT]    (17) : config : no such file\n");
    QCOMPARE(m_log->lastWords(), std::string("[ALERT]    (17) : config : no such file"));
    live("[17] \x1b[31mred\n");
    QVERIFY(m_log->lastWords().find('\x1b') == std::string::npos);
}

QTEST_GUILESS_MAIN(DaemonLogTest)
#include "daemon_log_test.moc"
