// A listener that is closed while somebody comes in.
#include "backend/sys/message_channel.h"
#include "backend/sys/newcomers.h"
#include "slipway/v1/basics.pb.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

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
    void makesASweptSocketAnew_data();
    void makesASweptSocketAnew();
    void leavesAnothersSocketAtItsEnd();
    void leavesAnothersFileAlone();
    void keepsTheChannelOverATooLargeMessage();
    void closesWhoReadsNothing();
    void passesOverAtTheReadersPace();

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

void MessageListenerTest::makesASweptSocketAnew_data()
{
    QTest::addColumn<bool>("with_folder");
    QTest::newRow("the socket") << false;
    QTest::newRow("its folder") << true;
}

void MessageListenerTest::makesASweptSocketAnew()
{
    QFETCH(bool, with_folder);
    asio::io_context io;
    int taken = 0;
    sys::MessageListener listener(io, [&taken](const sys::ChannelPtr &) { ++taken; });
    const auto folder = path().parent_path() / "run";
    std::filesystem::create_directory(folder);
    QVERIFY(listener.listen(folder / "s.sock").has_value());
    if (with_folder)
        std::filesystem::remove_all(folder);
    else
        std::filesystem::remove(folder / "s.sock");
    sys::MessageDialer dialer(io, folder / "s.sock", [](const sys::ChannelPtr &) {});
    dialer.dial();
    while (taken == 0 && io.run_one_for(std::chrono::seconds(20)) > 0) {
    }
    QCOMPARE(taken, 1);
    using std::filesystem::perms;
    if (with_folder)
        QCOMPARE(std::filesystem::status(folder).permissions(), perms::owner_all);
    dialer.stop();
    listener.close();
    QVERIFY(!std::filesystem::exists(folder / "s.sock"));
}

void MessageListenerTest::leavesAnothersSocketAtItsEnd()
{
    asio::io_context io;
    auto first = std::make_unique<sys::MessageListener>(io, [](const sys::ChannelPtr &) {});
    sys::MessageListener second(io, [](const sys::ChannelPtr &) {});
    QVERIFY(first->listen(path()).has_value());
    QVERIFY(second.listen(path()).has_value());
    first.reset();
    QVERIFY(std::filesystem::exists(path()));
}

// Only a socket of its own user's makes way; what replaced its own is waited for.
void MessageListenerTest::leavesAnothersFileAlone()
{
    asio::io_context io;
    int taken = 0;
    sys::MessageListener listener(io, [&taken](const sys::ChannelPtr &) { ++taken; });
    const auto put = [this] { std::ofstream(path()) << "not a socket"; };
    put();
    const auto refused = listener.listen(path());
    QVERIFY(!refused);
    QCOMPARE(refused.error().reason(), std::string("ADDRESS_NOT_BOUND"));
    QVERIFY(std::filesystem::is_regular_file(path()));

    std::filesystem::remove(path());
    QVERIFY(listener.listen(path()).has_value());
    std::filesystem::remove(path());
    put();
    io.run_for(std::chrono::milliseconds(2'500)); // looks at it twice
    QVERIFY(std::filesystem::is_regular_file(path()));
    std::filesystem::remove(path());
    sys::MessageDialer dialer(io, path(), [](const sys::ChannelPtr &) {});
    dialer.dial();
    while (taken == 0 && io.run_one_for(std::chrono::seconds(20)) > 0) {
    }
    QCOMPARE(taken, 1);
    dialer.stop();
}

void MessageListenerTest::keepsTheChannelOverATooLargeMessage()
{
    asio::io_context io;
    asio::local::stream_protocol::socket near(io);
    asio::local::stream_protocol::socket far(io);
    asio::local::connect_pair(near, far);
    const auto from = std::make_shared<sys::MessageChannel>(std::move(near));
    const auto to = std::make_shared<sys::MessageChannel>(std::move(far));
    std::string closed;
    std::string heard;
    from->start([](std::string_view) {}, [&](const std::string &cause) { closed = cause; });
    to->start(
        [&](std::string_view bytes) {
            v1::Error error;
            sys::parseMessage(bytes, error);
            heard = error.message();
        },
        [&](const std::string &cause) { closed = cause; });
    v1::Error message;
    message.set_message(std::string(sys::kMessageBytesMax + 1, 'x'));
    QVERIFY(!from->send(message));
    message.set_message("small");
    QVERIFY(from->send(message));
    int drained = 0;
    from->whenDrained([&] { ++drained; });
    while ((heard.empty() || drained == 0) && io.run_one_for(std::chrono::seconds(5)) > 0) {
    }
    QCOMPARE(heard, std::string("small"));
    QCOMPARE(drained, 1);
    QCOMPARE(closed, std::string());
    from->close();
    to->close();
}

void MessageListenerTest::closesWhoReadsNothing()
{
    asio::io_context io;
    asio::local::stream_protocol::socket near(io);
    asio::local::stream_protocol::socket far(io); // nobody reads there
    asio::local::connect_pair(near, far);
    const auto from = std::make_shared<sys::MessageChannel>(std::move(near));
    std::string closed;
    from->start([](std::string_view) {}, [&](const std::string &cause) { closed = cause; });
    v1::Error message;
    message.set_message(std::string(sys::kMessageBytesMax / 2, 'x'));
    int sent = 0;
    while (sent < 100 && from->send(message))
        ++sent;
    QVERIFY(sent >= 7 && sent < 9);
    while (closed.empty() && io.run_one_for(std::chrono::seconds(5)) > 0) {
    }
    QCOMPARE(closed, std::string("it does not read what is sent to it"));
}

// Whoever announces a message of four gigabytes is read like anybody else: only while the reader
// wants to.
void MessageListenerTest::passesOverAtTheReadersPace()
{
    asio::io_context io;
    asio::local::stream_protocol::socket near(io);
    asio::local::stream_protocol::socket far(io);
    asio::local::connect_pair(near, far);
    const auto reader = std::make_shared<sys::MessageChannel>(std::move(near));
    std::size_t announced = 0;
    std::size_t passed = 0;
    reader->passOverLarger(
        1024, [&](std::size_t size) { announced = size; },
        [&](std::size_t count) {
            passed += count;
            reader->hold();
        });
    reader->start([](std::string_view) {}, [](const std::string &) {});
    std::string bytes(4, '\xff');
    bytes.resize(160'000, 'x');
    far.non_blocking(true);
    std::error_code error;
    QVERIFY(far.write_some(asio::buffer(bytes), error) > 100'000);
    io.run_for(std::chrono::milliseconds(20));
    io.restart(); // it ran out of work
    QCOMPARE(announced, std::size_t(0xFFFFFFFF));
    const std::size_t first = passed;
    QVERIFY(first > 0 && first <= 64 * 1024);
    io.run_for(std::chrono::milliseconds(20));
    QCOMPARE(passed, first);
    io.restart();
    reader->goOn();
    io.run_for(std::chrono::milliseconds(20));
    QVERIFY(passed > first && passed <= 2 * 64 * 1024);
    reader->close();
}

QTEST_GUILESS_MAIN(MessageListenerTest)
#include "message_listener_test.moc"
