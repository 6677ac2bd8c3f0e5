// A whole real fabric for one test: the built daemons under a temporary home, driven by slipwayctl
// as an operator would drive it. Ends everything it started, and can tell whether anything was
// left.
#pragma once

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <functional>
#include <memory>
#include <optional>

namespace slipway::test
{

struct CtlResult {
    int exit_code = -1;
    QString out;
    QString err;
    QJsonObject object() const { return QJsonDocument::fromJson(out.toUtf8()).object(); }
    QJsonArray array() const { return QJsonDocument::fromJson(out.toUtf8()).array(); }
    bool ok() const { return exit_code == 0; }
    QString all() const { return out + err; }
};

class FabricHarness
{
public:
    FabricHarness();
    ~FabricHarness();
    FabricHarness(const FabricHarness &) = delete;
    FabricHarness &operator=(const FabricHarness &) = delete;

    // Before start(), and only as root: the fabric belongs to this user, with no further groups,
    // and so do its clients.
    void runAs(unsigned user);
    // In the environment of all that start() starts from now on.
    void setVariable(const QString &name, const QString &value);
    // Before start(), and only as root: with mounts of its own, made by this script. Whether the
    // machine gives them.
    bool mountFirst(const QString &script);
    // Runs a script among these mounts; true when it ended with 0.
    bool amongMounts(const QString &script) const;
    // What start() runs from now on, with the daemon and its arguments behind these words; none:
    // the daemon itself.
    void startThrough(const QStringList &words) { m_before = words; }
    // Before start(): the fabric runs a copy of slipwayd that this test may replace.
    bool useOwnDaemon();
    // What the fabric starts from now on is a shell script of these lines, then the real slipwayd;
    // no lines: the real one itself.
    bool setDaemon(const QByteArray &lines);
    bool hideDaemon(bool hidden); // as if it had been removed from the machine
    // Starts `slipwayd fabric` and waits for its `ready` line.
    bool start(const QStringList &more_arguments = {});
    // SIGTERM; true when it ended with code 0 within `limit_ms`.
    bool stop(int limit_ms = 8000);
    bool stopBy(int signal_number, int limit_ms = 8000); // the same by another signal
    void killController();                               // SIGKILL, and waits until it is gone
    bool running() const;
    qint64 controllerPid() const { return m_fabric.processId(); }

    CtlResult ctl(const QStringList &arguments, int timeout_ms = 60000) const;
    CtlResult json(QStringList arguments, int timeout_ms = 60000) const;

    QJsonArray instances(const QString &service, const QString &slot = {}) const;
    QJsonObject instance(const QString &service, const QString &name,
                         const QString &slot = {}) const;
    int readyCount(const QString &service, const QString &slot) const;
    bool waitReady(const QString &service, const QString &slot, int count,
                   int timeout_ms = 60000) const;
    // "http://127.77.3.1:80" of the first endpoint of a slot.
    QString slotUrl(const QString &service, const QString &slot) const;
    QJsonObject status() const;

    QString folder() const { return m_folder.path(); }
    QString dataFolder() const { return m_folder.path() + QStringLiteral("/data"); }
    QString socket() const { return m_folder.path() + QStringLiteral("/run/fabric.sock"); }
    QString log() const; // stderr of the daemon, for messages of failed checks

    // Processes that carry this harness's folder in their command line, or its fabric id in their
    // cgroup.
    QStringList leftovers() const;
    void killLeftovers() const;

private:
    void becomeUser(QProcess &process) const;

    QTemporaryDir m_folder;
    QProcess m_fabric;
    QStringList m_before; // the daemon's words
    QString m_own_daemon; // empty: the built one
    mutable QString m_fabric_id;
    std::optional<unsigned> m_user;
};

// slipwayctl while it goes on printing: watch, logs -f. Ended with this.
class CtlStream
{
public:
    CtlStream(const FabricHarness &fabric, const QStringList &arguments);
    ~CtlStream();
    QByteArray text(); // all of its standard output until now
    bool ended() const { return m_process.state() == QProcess::NotRunning; }
    int exitCode() const { return m_process.exitCode(); }

private:
    QProcess m_process;
    QByteArray m_text;
};

// wrk's own words, parsed.
struct LoadResult {
    QString text;
    qint64 requests = 0;
    double requests_per_second = 0;
    double p99_ms = 0;
    int connect_errors = 0;
    int broken_connections = 0; // its read and write errors
    QString problems;           // its "Socket errors" and "Non-2xx" lines; empty is what we want
};

class Load
{
public:
    // Starts wrk for `seconds`; stop() ends it earlier and reads its figures.
    Load(const QString &url, int connections, int seconds, bool close_connections = false);
    ~Load();
    bool started() const;
    LoadResult finish(int timeout_ms); // waits until it ends by itself
    LoadResult interrupt();            // SIGINT: wrk stops and prints

private:
    QProcess m_wrk;
};

LoadResult parseWrk(const QString &text);
bool haveProgram(const QString &name);

// A plain HTTP/1.1 client on one kept-alive connection.
class KeptAliveClient
{
public:
    explicit KeptAliveClient(const QString &url);
    ~KeptAliveClient();
    // Sends one GET and returns the body; empty, with `error` set, when the connection broke.
    QByteArray get(const QString &path, QString *error = nullptr, int timeout_ms = 10000);
    int connectionsMade() const { return m_connections; }

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
    int m_connections = 0;
};

} // namespace slipway::test
