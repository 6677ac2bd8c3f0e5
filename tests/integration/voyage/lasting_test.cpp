// Connections that last: a download that drips, an upload that trickles, an upgraded connection,
// beside what operators do to other services and to the other slot. And how often the program was
// asked.
#include "voyage.h"

#include <QTcpSocket>
#include <QUrl>
#include <memory>
#include <vector>

using namespace Qt::StringLiterals;
using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr int kPatience_ms = 60'000;
constexpr int kDrainLimit_ms = 2'000;

constexpr const char *kDefinition =
    "<?xml version='1.0' encoding='utf-8'?>\n"
    "<ServiceDefinition name='Lasting'"
    " xmlns='http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceDefinition'>"
    "<WorkerRole name='Front' vmsize='ExtraSmall'><Runtime><EntryPoint>"
    "<ProgramEntryPoint commandLine='node server.js' setReadyOnProcessStart='true'/>"
    "</EntryPoint></Runtime>"
    "<Endpoints><InputEndpoint name='Http' protocol='http' port='80'/></Endpoints>"
    "</WorkerRole></ServiceDefinition>";

constexpr const char *kServer = R"(
const http = require('http');
let asked = {};
const server = http.createServer((request, response) => {
  const key = request.method + ' ' + request.url;
  asked[key] = (asked[key] || 0) + 1;
  if (request.url === '/asked') return response.end(JSON.stringify(asked));
  if (request.url.startsWith('/status/')) {
    response.statusCode = Number(request.url.slice(8));
    return response.end('as asked');
  }
  if (request.url === '/close') return request.socket.destroy();
  if (request.url === '/big') response.setHeader('x-big', 'b'.repeat(33000));
  if (request.url === '/early') response.writeEarlyHints({ link: '</a>; rel=preload' });
  if (request.url === '/drip') {
    const timer = setInterval(() => response.write('.'), 100);
    return response.on('close', () => clearInterval(timer));
  }
  if (request.method === 'POST') {
    let bytes = 0;
    request.on('data', data => { bytes += data.length; });
    return request.on('end', () => response.end('got ' + bytes));
  }
  response.end('hello');
});
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: tick\r\nConnection: Upgrade\r\n\r\n');
  const timer = setInterval(() => socket.write('.'), 100);
  socket.on('close', () => clearInterval(timer));
  socket.on('error', () => {});
});
server.listen(process.env.PORT);
)";

// One connection, and what comes.
class Client
{
public:
    Client(const QUrl &url, const QByteArray &request)
    {
        m_socket.connectToHost(url.host(), quint16(url.port(80)));
        m_socket.waitForConnected(5'000);
        m_socket.write(request);
        m_socket.flush();
    }
    void send(const QByteArray &more)
    {
        m_socket.write(more);
        m_socket.flush();
    }
    const QByteArray &received()
    {
        m_received += m_socket.readAll();
        return m_received;
    }
    bool isOpen() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    // More comes.
    bool lives()
    {
        const auto before = received().size();
        return QTest::qWaitFor([&] { return received().size() > before || !isOpen(); }, 10'000) &&
               isOpen();
    }

private:
    QTcpSocket m_socket;
    QByteArray m_received;
};

} // namespace

class LastingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void answersAreNotAskedForAgain_data();
    void answersAreNotAskedForAgain();
    void headsOfALogInPass();
    void interimAnswersHoldUpNobody();
    void otherServicesCutNobody();
    void aSwapLetsEndWhatBegan();
    void cleanupTestCase();

private:
    QByteArray ask(const QByteArray &method, const QByteArray &path) const;
    bool deploy(const QString &service, const QString &slot) const;
    QString m_package;
    FabricHarness m_fabric;
    QUrl m_url;
};

void LastingTest::initTestCase()
{
    m_package = m_fabric.folder() + u"/lasting"_s;
    QVERIFY(writeText(m_package + u"/ServiceDefinition.csdef"_s, kDefinition));
    QVERIFY(writeText(m_package + u"/Front/server.js"_s, kServer));
    QVERIFY2(m_fabric.start(), qPrintable(m_fabric.log()));
    QVERIFY(
        m_fabric
            .ctl({u"settings"_s, u"set"_s, u"drain_limit_ms"_s, QString::number(kDrainLimit_ms)})
            .ok());
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"mine"_s}).ok());
    QVERIFY(deploy(u"mine"_s, u"production"_s));
    m_url = QUrl(m_fabric.slotUrl(u"mine"_s, u"production"_s));
}

bool LastingTest::deploy(const QString &service, const QString &slot) const
{
    const CtlResult done = m_fabric.ctl({u"deploy"_s, service, u"--slot"_s, slot, u"--package"_s,
                                         m_package, u"--accept-single-instance"_s, u"--wait"_s},
                                        120'000);
    if (!done.ok())
        qWarning().noquote() << done.all();
    return done.ok();
}

QByteArray LastingTest::ask(const QByteArray &method, const QByteArray &path) const
{
    Client client(m_url, method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const bool ended = QTest::qWaitFor([&] { return !client.isOpen(); }, 15'000);
    return ended ? client.received() : QByteArray("no end of the answer");
}

void LastingTest::answersAreNotAskedForAgain_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<int>("status");
    for (const char *method : {"GET", "PUT", "DELETE"})
        for (const int status : {500, 502, 503, 504, 429})
            QTest::addRow("%s %d", method, status) << QByteArray(method) << status;
}

void LastingTest::answersAreNotAskedForAgain()
{
    QFETCH(const QByteArray, method);
    QFETCH(const int, status);
    const QByteArray path = "/status/" + QByteArray::number(status);
    const QByteArray answer = ask(method, path);
    const QByteArray line = "HTTP/1.1 " + QByteArray::number(status);
    QVERIFY2(answer.startsWith(line), answer.constData());
    QVERIFY(answer.contains("as asked"));
    const QByteArray asked = ask("GET", "/asked");
    const QByteArray once = '"' + method + ' ' + path + "\":1";
    QVERIFY2(asked.contains(once), asked.constData());
}

void LastingTest::headsOfALogInPass()
{
    const QByteArray answer = ask("GET", "/big");
    QVERIFY(answer.startsWith("HTTP/1.1 200"));
    QVERIFY(answer.contains(QByteArray(33'000, 'b')));
    const QByteArray cookies = "Cookie: " + QByteArray(14'000, 'c') + "\r\n";
    Client client(m_url, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + cookies + "\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(!client.isOpen(), kPatience_ms);
    QVERIFY2(client.received().startsWith("HTTP/1.1 200"), client.received().constData());
}

// Each answer after an interim one comes at once: nobody waits for the end of a connection.
void LastingTest::interimAnswersHoldUpNobody()
{
    Client client(m_url, "GET /early HTTP/1.1\r\nHost: x\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.received().count("hello"), 1, kPatience_ms);
    for (int i = 2; i <= 6; ++i) {
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(client.received().count("hello"), i, 4'000); // Node's idle: 5 s
    }
}

void LastingTest::otherServicesCutNobody()
{
    Client drip(m_url, "GET /drip HTTP/1.1\r\nHost: x\r\n\r\n");
    Client tick(m_url,
                "GET /tick HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tick\r\n\r\n");
    Client upload(m_url, "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n1");
    QVERIFY(drip.lives());
    QVERIFY(tick.lives());
    for (int i = 0; i < 3; ++i) { // its listener comes and goes
        QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"other"_s}).ok());
        QVERIFY(deploy(u"other"_s, u"production"_s));
        upload.send("2");
        const CtlResult gone = m_fabric.ctl(
            {u"service"_s, u"delete"_s, u"other"_s, u"--delete-deployments"_s, u"--wait"_s});
        QVERIFY2(gone.ok(), qPrintable(gone.all()));
        upload.send("3");
        QVERIFY(drip.lives());
        QVERIFY(tick.lives());
    }
    // Beyond the drain limit, which is nobody's business here.
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"later"_s}).ok());
    QVERIFY(deploy(u"later"_s, u"production"_s));
    QVERIFY(drip.lives());
    QVERIFY(tick.lives());
    upload.send("4");
    QTRY_VERIFY_WITH_TIMEOUT(upload.received().contains("got 8"), kPatience_ms);
}

void LastingTest::aSwapLetsEndWhatBegan()
{
    QVERIFY(deploy(u"mine"_s, u"staging"_s));
    Client drip(m_url, "GET /drip HTTP/1.1\r\nHost: x\r\n\r\n");
    Client tick(m_url,
                "GET /tick HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tick\r\n\r\n");
    QVERIFY(drip.lives());
    QVERIFY(tick.lives());
    const CtlResult swapped = m_fabric.ctl({u"swap"_s, u"mine"_s, u"--wait"_s}, 120'000);
    QVERIFY2(swapped.ok(), qPrintable(swapped.all()));
    // A later deployment is certainly done after the drain limit.
    QVERIFY(m_fabric.ctl({u"service"_s, u"create"_s, u"after"_s}).ok());
    QVERIFY(deploy(u"after"_s, u"production"_s));
    QVERIFY(drip.lives());
    QVERIFY(tick.lives());
    const CtlResult gone = m_fabric.ctl(
        {u"deployment"_s, u"delete"_s, u"mine"_s, u"--slot"_s, u"staging"_s, u"--wait"_s}, 120'000);
    QVERIFY2(gone.ok(), qPrintable(gone.all()));
    QTRY_VERIFY_WITH_TIMEOUT(!drip.isOpen() && !tick.isOpen(),
                             kPatience_ms); // what it was ended with it
}

void LastingTest::cleanupTestCase()
{
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QTRY_VERIFY_WITH_TIMEOUT(m_fabric.leftovers().isEmpty(), 5'000);
}

QTEST_GUILESS_MAIN(LastingTest)
#include "lasting_test.moc"
