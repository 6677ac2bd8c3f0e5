// A listener that is closed while somebody comes in.
#include "backend/sys/message_channel.h"

#include <QTemporaryDir>
#include <QTest>

using namespace slipway;
using namespace Qt::StringLiterals;

class MessageListenerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void takesWhoComes();
    void closedWhileSomebodyComesIn_data();
    void closedWhileSomebodyComesIn();

private:
    std::filesystem::path path() const { return m_folder->filePath(u"s.sock"_s).toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void MessageListenerTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>(u"/tmp/slm-XXXXXX"_s);
}

void MessageListenerTest::takesWhoComes()
{
    asio::io_context io;
    int taken = 0;
    sys::MessageListener listener(io, [&taken](const sys::ChannelPtr &) { ++taken; });
    QVERIFY(listener.listen(path()).has_value());
    asio::local::stream_protocol::socket first(io);
    asio::local::stream_protocol::socket second(io);
    first.connect({path().string()});
    second.connect({path().string()});
    io.run_for(std::chrono::milliseconds(200));
    QCOMPARE(taken, 2);
    listener.close();
    QVERIFY(!std::filesystem::exists(path()));
    io.restart();
    io.poll();
    QVERIFY(io.stopped()); // nothing waits any more
}

void MessageListenerTest::closedWhileSomebodyComesIn_data()
{
    QTest::addColumn<bool>("destroyed");
    QTest::newRow("closed") << false;
    QTest::newRow("destroyed") << true;
}

// The second visitor is taken from the queue as soon as the first one is in; before anybody is
// told, the listener ends, as that of a fabric does while its hosts come back.
void MessageListenerTest::closedWhileSomebodyComesIn()
{
    QFETCH(bool, destroyed);
    asio::io_context io;
    int taken = 0;
    std::unique_ptr<sys::MessageListener> listener;
    listener = std::make_unique<sys::MessageListener>(io, [&](const sys::ChannelPtr &) {
        ++taken;
        asio::post(io, [&] { destroyed ? listener.reset() : listener->close(); });
    });
    QVERIFY(listener->listen(path()).has_value());
    asio::local::stream_protocol::socket first(io);
    asio::local::stream_protocol::socket second(io);
    first.connect({path().string()});
    second.connect({path().string()});
    std::size_t handlers = 0;
    while (handlers < 100 && io.poll_one() > 0) {
        ++handlers;
    }
    QVERIFY2(handlers < 100, "a closed listener goes on accepting for ever");
    QCOMPARE(taken, 1);
}

QTEST_GUILESS_MAIN(MessageListenerTest)
#include "message_listener_test.moc"
