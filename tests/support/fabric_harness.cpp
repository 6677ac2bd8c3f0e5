#include "tests/support/fabric_harness.h"

#include "tests/support/signal_process.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTcpSocket>
#include <QTest>
#include <QUrl>
#include <csignal>
#include <cstdio>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace slipway::test
{

namespace
{

QString program(const QString &name)
{
    return QStringLiteral(SLIPWAY_BIN_DIR "/") + name;
}

QString readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

} // namespace

FabricHarness::FabricHarness() : m_folder(u"/tmp/slw-XXXXXX"_s)
{
    // As any folder of a machine: instances with users of their own can walk through it.
    ::chmod(qPrintable(m_folder.path()), 0711);
    m_fabric.setStandardErrorFile(m_folder.path() + u"/fabric.log"_s, QIODevice::Append);
}

FabricHarness::~FabricHarness()
{
    if (running() && !stop(10000))
        killController();
    killLeftovers();
}

// Nobody else may command a user's fabric, not even root by mistake: clients look at its socket.
void FabricHarness::becomeUser(QProcess &process) const
{
    if (!m_user)
        return;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(u"XDG_RUNTIME_DIR"_s);
    environment.insert(u"HOME"_s, m_folder.path());
    environment.insert(u"TMPDIR"_s, m_folder.path()); // the machine's may be root's alone
    process.setProcessEnvironment(environment);
    process.setChildProcessModifier([user = *m_user] {
        if (::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0)
            ::_exit(126);
    });
}

void FabricHarness::runAs(unsigned user)
{
    QDir().mkpath(m_folder.path() + u"/run"_s);
    for (const QString &path : {m_folder.path(), QString(m_folder.path() + u"/run"_s),
                                QString(m_folder.path() + u"/fabric.log"_s)})
        if (::chown(qPrintable(path), user, user) != 0 && QFile::exists(path))
            qWarning().noquote() << "cannot give" << path << "away";
    m_user = user;
    becomeUser(m_fabric);
}

bool FabricHarness::mountFirst(const QString &script)
{
    if (::geteuid() != 0 ||
        QProcess::execute(u"unshare"_s, {u"-m"_s, u"mount"_s, u"-t"_s, u"tmpfs"_s, u"none"_s,
                                         m_folder.path()}) != 0)
        return false;
    startThrough({u"unshare"_s, u"-m"_s, u"sh"_s, u"-c"_s, script + u" && exec \"$0\" \"$@\""_s});
    return true;
}

bool FabricHarness::amongMounts(const QString &script) const
{
    return QProcess::execute(u"nsenter"_s, {u"-t"_s, QString::number(controllerPid()), u"-m"_s,
                                            u"sh"_s, u"-c"_s, script}) == 0;
}

bool FabricHarness::useOwnDaemon()
{
    m_own_daemon = m_folder.path() + u"/bin/slipwayd"_s;
    return QDir().mkpath(m_folder.path() + u"/bin/real"_s) &&
           QFile::copy(program(u"slipwayd"_s), m_folder.path() + u"/bin/real/slipwayd"_s) &&
           setDaemon({});
}

// Put in its place whole: it is started at any moment.
bool FabricHarness::setDaemon(const QByteArray &lines)
{
    const QString real = m_folder.path() + u"/bin/real/slipwayd"_s;
    const QString next = m_own_daemon + u".new"_s;
    QFile::remove(next); // stays when two names of one file are exchanged
    if (lines.isEmpty()) {
        if (::link(qPrintable(real), qPrintable(next)) != 0)
            return false;
    } else {
        QFile script(next);
        if (!script.open(QIODevice::WriteOnly) ||
            script.write("#!/bin/sh\n" + lines + "\nexec " + real.toUtf8() + " \"$@\"\n") < 0 ||
            !script.setPermissions(QFile::Permissions(0x7755)))
            return false;
    }
    return ::rename(qPrintable(next), qPrintable(m_own_daemon)) == 0;
}

bool FabricHarness::hideDaemon(bool hidden)
{
    bool ok = true;
    for (const QString &path : QStringList{m_own_daemon, m_folder.path() + u"/bin/real/slipwayd"_s})
        ok = (hidden ? QFile::rename(path, path + u".away"_s)
                     : QFile::rename(path + u".away"_s, path)) &&
             ok;
    return ok;
}

bool FabricHarness::start(const QStringList &more_arguments)
{
    QDir().mkpath(m_folder.path() + u"/run"_s);
    const QStringList arguments{u"fabric"_s, u"--data"_s, dataFolder(), u"--socket"_s, socket()};
    const QString daemon = m_own_daemon.isEmpty() ? program(u"slipwayd"_s) : m_own_daemon;
    QStringList words = m_before + QStringList{daemon} + arguments + more_arguments;
    m_fabric.setProgram(words.takeFirst());
    m_fabric.setArguments(words);
    m_fabric.start();
    QByteArray seen;
    const bool ready = QTest::qWaitFor(
        [&] {
            seen += m_fabric.readAllStandardOutput();
            return seen.contains("ready ") || m_fabric.state() == QProcess::NotRunning;
        },
        20000);
    if (!ready || !seen.contains("ready ")) {
        qWarning().noquote() << "the fabric did not become ready:" << log();
        return false;
    }
    m_fabric_id = status().value(u"fabric_id"_s).toString();
    // What is ready counts at once: tests that want it watched say so.
    const int ready_least_ms = json({u"settings"_s}).object()[u"ready_least_ms"_s].toInt();
    if (ready_least_ms != 0)
        ctl({u"settings"_s, u"set"_s, u"ready_least_ms"_s, u"0"_s});
    return true;
}

void FabricHarness::setVariable(const QString &name, const QString &value)
{
    QProcessEnvironment environment = m_fabric.processEnvironment();
    if (environment.isEmpty())
        environment = QProcessEnvironment::systemEnvironment();
    environment.insert(name, value);
    m_fabric.setProcessEnvironment(environment);
}

bool FabricHarness::stop(int limit_ms)
{
    return stopBy(SIGTERM, limit_ms);
}

bool FabricHarness::stopBy(int signal_number, int limit_ms)
{
    signalProcess(m_fabric.processId(), signal_number);
    return m_fabric.waitForFinished(limit_ms) && m_fabric.exitStatus() == QProcess::NormalExit &&
           m_fabric.exitCode() == 0;
}

void FabricHarness::killController()
{
    m_fabric.kill();
    m_fabric.waitForFinished(5000);
}

bool FabricHarness::running() const
{
    return m_fabric.state() != QProcess::NotRunning;
}

CtlResult FabricHarness::ctl(const QStringList &arguments, int timeout_ms) const
{
    QProcess process;
    becomeUser(process);
    process.start(program(u"slipwayctl"_s), QStringList{u"--socket"_s, socket()} + arguments);
    CtlResult result;
    if (!process.waitForFinished(timeout_ms)) {
        process.kill();
        process.waitForFinished(1000);
        result.err = u"timed out: slipwayctl "_s + arguments.join(u' ');
        return result;
    }
    result.exit_code = process.exitCode();
    result.out = QString::fromUtf8(process.readAllStandardOutput());
    result.err = QString::fromUtf8(process.readAllStandardError());
    return result;
}

CtlResult FabricHarness::json(QStringList arguments, int timeout_ms) const
{
    arguments.prepend(u"--json"_s);
    return ctl(arguments, timeout_ms);
}

QJsonArray FabricHarness::instances(const QString &service, const QString &slot) const
{
    QStringList arguments{u"instance"_s, u"list"_s, service};
    if (!slot.isEmpty())
        arguments << u"--slot"_s << slot;
    return json(arguments).array();
}

QJsonObject FabricHarness::instance(const QString &service, const QString &name,
                                    const QString &slot) const
{
    for (const QJsonValue &value : instances(service, slot))
        if (value[u"name"_s].toString() == name)
            return value.toObject();
    return {};
}

int FabricHarness::readyCount(const QString &service, const QString &slot) const
{
    int ready = 0;
    for (const QJsonValue &value : instances(service, slot))
        ready += value[u"state"_s].toString() == u"ReadyRole"_s;
    return ready;
}

bool FabricHarness::waitReady(const QString &service, const QString &slot, int count,
                              int timeout_ms) const
{
    const bool reached =
        QTest::qWaitFor([&] { return readyCount(service, slot) == count; }, timeout_ms);
    if (!reached)
        qWarning().noquote() << ctl({u"instance"_s, u"list"_s, service}).all() << log();
    return reached;
}

QString FabricHarness::slotUrl(const QString &service, const QString &slot) const
{
    const QJsonObject shown = json({u"service"_s, u"show"_s, service}).object();
    const QJsonArray endpoints = shown[slot][u"endpoints"_s].toArray();
    return endpoints.isEmpty() ? QString() : u"http://"_s + endpoints[0][u"address"_s].toString();
}

QJsonObject FabricHarness::status() const
{
    return json({u"status"_s}).object();
}

QString FabricHarness::log() const
{
    return readAll(m_folder.path() + u"/fabric.log"_s).right(6000);
}

QStringList FabricHarness::leftovers() const
{
    QStringList found;
    const QString own = QString::number(QCoreApplication::applicationPid());
    for (const QString &pid : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
        if (!pid[0].isDigit() || pid == own)
            continue;
        const QString command = readAll(u"/proc/"_s + pid + u"/cmdline"_s).replace(QChar(0), u' ');
        const bool ours = command.contains(m_folder.path()) ||
                          (!m_fabric_id.isEmpty() &&
                           readAll(u"/proc/"_s + pid + u"/cgroup"_s).contains(m_fabric_id));
        if (ours && !command.isEmpty())
            found << pid + u": "_s + command;
    }
    return found;
}

void FabricHarness::killLeftovers() const
{
    for (const QString &line : leftovers())
        signalProcess(line.section(u':', 0, 0).toLongLong(), SIGKILL);
}

CtlStream::CtlStream(const FabricHarness &fabric, const QStringList &arguments)
{
    m_process.start(program(u"slipwayctl"_s),
                    QStringList{u"--socket"_s, fabric.socket()} + arguments);
}

CtlStream::~CtlStream()
{
    m_process.kill();
    m_process.waitForFinished();
}

QByteArray CtlStream::text()
{
    m_text += m_process.readAllStandardOutput();
    return m_text;
}

Load::Load(const QString &url, int connections, int seconds, bool close_connections)
{
    QStringList arguments{u"-t2"_s,
                          u"--latency"_s,
                          u"--timeout"_s,
                          u"20s"_s,
                          u"-c"_s + QString::number(connections),
                          u"-d"_s + QString::number(seconds)};
    if (close_connections)
        arguments << u"-H"_s << u"Connection: close"_s;
    m_wrk.setProcessChannelMode(QProcess::MergedChannels);
    // Without a port wrk asks /etc/services for "http", which a bare machine does not have.
    QUrl with_port(url);
    with_port.setPort(with_port.port(80));
    m_wrk.start(u"wrk"_s, arguments << with_port.toString());
    m_wrk.waitForStarted();
}

Load::~Load()
{
    m_wrk.kill();
    m_wrk.waitForFinished();
}

bool Load::started() const
{
    return m_wrk.state() == QProcess::Running;
}

LoadResult Load::finish(int timeout_ms)
{
    m_wrk.waitForFinished(timeout_ms);
    return parseWrk(QString::fromUtf8(m_wrk.readAll()));
}

LoadResult Load::interrupt()
{
    signalProcess(m_wrk.processId(), SIGINT);
    return finish(30000);
}

LoadResult parseWrk(const QString &text)
{
    LoadResult result;
    result.text = text;
    static const QRegularExpression kTotal(u"(\\d+) requests in"_s);
    static const QRegularExpression kRate(u"Requests/sec:\\s+([\\d.]+)"_s);
    static const QRegularExpression kP99(u"99%\\s+([\\d.]+)(us|ms|s)"_s);
    result.requests = kTotal.match(text).captured(1).toLongLong();
    result.requests_per_second = kRate.match(text).captured(1).toDouble();
    static const QRegularExpression kErrors(u"connect (\\d+), read (\\d+), write (\\d+)"_s);
    const auto errors = kErrors.match(text);
    result.connect_errors = errors.captured(1).toInt();
    result.broken_connections = errors.captured(2).toInt() + errors.captured(3).toInt();
    const auto p99 = kP99.match(text);
    const QString unit = p99.captured(2);
    const double factor = unit == u"us"_s ? 0.001 : unit == u"s"_s ? 1000 : 1;
    result.p99_ms = p99.captured(1).toDouble() * factor;
    for (const QString &line : text.split(u'\n'))
        if (line.contains(u"Socket errors"_s) || line.contains(u"Non-2xx"_s))
            result.problems += line.trimmed() + u"; "_s;
    return result;
}

bool haveProgram(const QString &name)
{
    return !QStandardPaths::findExecutable(name).isEmpty() ||
           !QStandardPaths::findExecutable(name, {u"/usr/sbin"_s, u"/sbin"_s}).isEmpty();
}

struct KeptAliveClient::Impl {
    QUrl url;
    QTcpSocket socket;
    QByteArray buffer;
};

KeptAliveClient::KeptAliveClient(const QString &url) : m_impl(std::make_unique<Impl>())
{
    m_impl->url = QUrl(url);
}

KeptAliveClient::~KeptAliveClient() = default;

QByteArray KeptAliveClient::get(const QString &path, QString *error, int timeout_ms)
{
    QTcpSocket &socket = m_impl->socket;
    QByteArray &buffer = m_impl->buffer;
    const auto fail = [&](const QString &why) {
        socket.abort();
        if (error)
            *error = why;
        return QByteArray();
    };
    if (socket.state() != QAbstractSocket::ConnectedState) {
        socket.connectToHost(m_impl->url.host(), quint16(m_impl->url.port(80)));
        if (!socket.waitForConnected(timeout_ms))
            return fail(u"no connection: "_s + socket.errorString());
        ++m_connections;
        buffer.clear();
    }
    socket.write("GET " + path.toUtf8() + " HTTP/1.1\r\nHost: test\r\n\r\n");
    QElapsedTimer timer;
    timer.start();
    static const QRegularExpression kLength(u"content-length:\\s*(\\d+)"_s,
                                            QRegularExpression::CaseInsensitiveOption);
    for (;;) {
        const qsizetype head_end = buffer.indexOf("\r\n\r\n");
        if (head_end >= 0) {
            const QString head = QString::fromLatin1(buffer.left(head_end));
            const auto length = kLength.match(head);
            if (!length.hasMatch())
                return fail(u"an answer without Content-Length: "_s + head);
            const qsizetype end = head_end + 4 + length.captured(1).toLongLong();
            if (buffer.size() >= end) {
                const QByteArray body = buffer.mid(head_end + 4, end - head_end - 4);
                buffer.remove(0, end);
                if (!head.section(u' ', 1, 1).startsWith(u'2'))
                    return fail(head.section(u'\r', 0, 0) + u": "_s + QString::fromUtf8(body));
                return body;
            }
        }
        if (timer.elapsed() > timeout_ms)
            return fail(u"no answer in time"_s);
        if (!socket.waitForReadyRead(200) && socket.state() != QAbstractSocket::ConnectedState)
            return fail(u"the connection was closed"_s);
        buffer += socket.readAll();
    }
}

} // namespace slipway::test
