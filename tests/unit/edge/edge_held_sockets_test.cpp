#include "backend/edge/held_sockets.h"
#include "backend/edge/listen_sockets.h"

#include <QtTest>
#include <sys/socket.h>
#include <unistd.h>

using namespace slipway;

class HeldSocketsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneCopyIsKept();
    void whatListensNoMoreIsLetGo();
    void onlyListeningSocketsAreInherited();
    void anAdoptedSocketIsNotAdoptedTwice();
};

static int listening()
{
    return edge::listenOn("127.0.0.1", 0).value_or(-1);
}

void HeldSocketsTest::oneCopyIsKept()
{
    const int fd = listening();
    QVERIFY(fd > 2);
    edge::HeldSockets held;
    held.keep(-1);
    held.keep(dup(fd));
    held.keep(dup(fd));
    QCOMPARE(held.fds().size(), std::size_t(1));
    QCOMPARE(edge::socketNumber(held.fds()[0]), edge::socketNumber(fd));
    held.clear();
    QVERIFY(held.fds().empty());
    QVERIFY(edge::isListening(fd));
    close(fd);
}

void HeldSocketsTest::whatListensNoMoreIsLetGo()
{
    const int fd = listening();
    const int copy = dup(fd);
    edge::HeldSockets held;
    held.keep(copy);
    shutdown(fd, SHUT_RD); // as the keeper ends what is not wanted any more
    QVERIFY(held.fds().empty());
    QVERIFY(edge::socketNumber(copy) == 0);
    held.keep(dup(fd));
    QVERIFY(held.fds().empty());
    close(fd);
}

void HeldSocketsTest::onlyListeningSocketsAreInherited()
{
    const int fd = listening();
    const int plain = socket(AF_INET, SOCK_STREAM, 0);
    const auto got = edge::inheritedSockets(edge::listOf({fd, plain, 1}) + ",,x,-4,999999");
    QCOMPARE(got, std::vector<int>({fd}));
    QVERIFY(edge::inheritedSockets("").empty());
    close(plain);
    close(fd);
}

void HeldSocketsTest::anAdoptedSocketIsNotAdoptedTwice()
{
    const int fd = listening();
    edge::ListenSockets sockets;
    sockets.adopt({dup(fd), dup(fd)});
    QCOMPARE(sockets.adopted(), std::size_t(1));
    close(fd);
}

QTEST_GUILESS_MAIN(HeldSocketsTest)
#include "edge_held_sockets_test.moc"
