// A listener that is closed while somebody comes in.
#include "backend/sys/newcomers.h"

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
    void closesWhoNeverSaysHello();

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

// Three come, there are two places: the first goes at once, the second leaves with a word, and the
// third is closed when its time is over.
void MessageListenerTest::closesWhoNeverSaysHello()
{
    asio::io_context io;
    sys::Newcomers newcomers(io, 2, std::chrono::milliseconds(50));
    std::vector<std::weak_ptr<sys::MessageChannel>> channels;
    std::vector<asio::local::stream_protocol::socket> ends;
    for (int n = 0; n < 3; ++n) {
        asio::local::stream_protocol::socket near(io);
        asio::local::connect_pair(near, ends.emplace_back(io));
        const auto channel = std::make_shared<sys::MessageChannel>(std::move(near));
        channel->start([](std::string_view) {}, [](const std::string &) {});
        channels.push_back(channel);
        newcomers.enter(channel);
    }
    QCOMPARE(newcomers.size(), std::size_t(2));
    newcomers.leave(channels[1].lock());
    while (newcomers.size() > 0 && io.run_one_for(std::chrono::seconds(5)) > 0) {
    }
    QCOMPARE(newcomers.size(), std::size_t(0));
    io.poll(); // what was closed is told so
    QVERIFY(channels[0].expired());
    QVERIFY(!channels[1].expired()); // goes on
    QVERIFY(channels[2].expired());
}

QTEST_GUILESS_MAIN(MessageListenerTest)
#include "message_listener_test.moc"
