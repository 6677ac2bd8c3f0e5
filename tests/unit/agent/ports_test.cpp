// Ports where several instances share the machine's loopback: chosen for one, held by one, and
// proven to be the instance's own before anybody is sent there.
#include "backend/agent/port_pool.h"

#include <QTest>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <set>
#include <sys/socket.h>
#include <unistd.h>

using namespace slipway;
using agent::Listener;

namespace
{

v1::InstanceOrder orderWithEndpoint()
{
    v1::InstanceOrder order;
    order.mutable_role()->add_endpoints()->set_name("Web");
    return order;
}

agent::AgentOptions confined()
{
    agent::AgentOptions options;
    options.isolated = false;
    options.confined = true;
    return options;
}

int listenAt(std::uint32_t port)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(std::uint16_t(port));
    const bool done =
        bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 && listen(fd, 8) == 0;
    return done ? fd : -1;
}

// A listener of nobody's: its parent has ended. It goes with this object.
class Stranger
{
public:
    explicit Stranger(std::uint32_t port)
    {
        int ready[2];
        if (pipe(ready) != 0 || pipe(m_life) != 0)
            return;
        if (fork() == 0) {
            if (fork() != 0)
                _exit(0);
            close(m_life[1]);
            const bool listens = listenAt(port) >= 0;
            char end = 0;
            if (!listens || write(ready[1], "+", 1) != 1 || read(m_life[0], &end, 1) != 0)
                _exit(1);
            _exit(0);
        }
        close(ready[1]);
        char done = 0;
        m_listens = read(ready[0], &done, 1) == 1;
        close(ready[0]);
        close(m_life[0]);
    }
    ~Stranger() { close(m_life[1]); }
    bool listens() const { return m_listens; }

private:
    int m_life[2] = {-1, -1};
    bool m_listens = false;
};

} // namespace

class PortsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void choosesForOneInstanceOnly();
    void bindsWhatItChose();
    void givesNoneBeyondTheChosen();
    void knowsWhoseListenerItIs();
};

void PortsTest::choosesForOneInstanceOnly()
{
    const agent::PortPool one(confined(), orderWithEndpoint());
    const agent::PortPool two(confined(), orderWithEndpoint());
    std::set<std::uint16_t> all(one.bindable()->begin(), one.bindable()->end());
    all.insert(two.bindable()->begin(), two.bindable()->end());
    QCOMPARE(all.size(), one.bindable()->size() + two.bindable()->size());
}

void PortsTest::bindsWhatItChose()
{
    v1::InstanceOrder order = orderWithEndpoint();
    QVERIFY(agent::PortPool(confined(), order).reachable().has_value());
    order.set_outside_access(true);
    const agent::PortPool open(confined(), order);
    QVERIFY(!open.reachable());
    QVERIFY(open.bindable().has_value()); // the outside is no reason to take a neighbour's port
    agent::AgentOptions alone;
    QVERIFY(!agent::PortPool(alone, order).bindable());
}

void PortsTest::givesNoneBeyondTheChosen()
{
    agent::PortPool pool(confined(), orderWithEndpoint());
    const std::set<std::uint16_t> chosen(pool.bindable()->begin(), pool.bindable()->end());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const std::uint32_t port = pool.take();
        QVERIFY(chosen.contains(std::uint16_t(port)));
        const int fd = listenAt(port);
        QVERIFY(fd >= 0);
        close(fd);
    }
    QCOMPARE(pool.take(), 0U);
}

void PortsTest::knowsWhoseListenerItIs()
{
    const std::uint32_t port = agent::findFreePort();
    const auto whose = [port] { return agent::whoseListeners(agent::listenersAt(port)); };
    QCOMPARE(whose(), Listener::None);
    {
        const Stranger stranger(port);
        QVERIFY(stranger.listens());
        QCOMPARE(whose(), Listener::Foreign);
    }
    QTRY_COMPARE(whose(), Listener::None);
    const int fd = listenAt(port);
    QCOMPARE(whose(), Listener::Own);
    close(fd);
}

QTEST_GUILESS_MAIN(PortsTest)
#include "ports_test.moc"
