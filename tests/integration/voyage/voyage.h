// Words that the voyages share: the samples, and how an operator deploys them.
#pragma once

#include "tests/support/fabric_harness.h"

#include "backend/sys/paths.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTest>
#include <filesystem>
#include <unistd.h>

namespace slipway::test
{

inline QString sample(const char *name)
{
    return QStringLiteral(SLIPWAY_SAMPLES_DIR "/") + QString::fromLatin1(name);
}

// `deploy` of a sample with its own configuration, waited for.
inline CtlResult deploySample(const FabricHarness &fabric, const QString &service,
                              const QString &slot, const char *name,
                              const QStringList &more_arguments = {})
{
    const QStringList arguments{
        QStringLiteral("deploy"),    service,
        QStringLiteral("--slot"),    slot,
        QStringLiteral("--package"), sample(name) + QStringLiteral(".cspkg"),
        QStringLiteral("--config"),  sample(name) + QStringLiteral(".cscfg"),
        QStringLiteral("--wait")};
    return fabric.ctl(arguments + more_arguments);
}

// Not quietly: a file that is missing makes every later check a riddle.
inline bool writeText(const QString &path, const QByteArray &text)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(text) == text.size();
}

inline QByteArray readText(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// The throw-away disk of an instance: /local inside. As root its host alone sees what is on it.
inline QString diskOf(const FabricHarness &fabric, const QJsonObject &instance)
{
    sys::Paths paths =
        sys::pathsFor(fabric.dataFolder().toStdString(), fabric.socket().toStdString());
    // Where instances have users of their own and no mounts.
    const std::filesystem::path guests = sys::guestPlaces(paths, {}).front();
    if (std::filesystem::exists(guests))
        paths.guests = guests;
    const auto folder =
        paths.instanceDisk(instance[QStringLiteral("deployment_id")].toString().toStdString(),
                           instance[QStringLiteral("name")].toString().toStdString());
    const QString path = QString::fromStdString(folder.string());
    for (const QJsonValue &host : fabric.json({QStringLiteral("hosts")}).array())
        if (geteuid() == 0 && paths.guests.empty() &&
            host[QStringLiteral("id")] == instance[QStringLiteral("host")])
            return QStringLiteral("/proc/%1/root").arg(host[QStringLiteral("pid")].toInt()) + path;
    return path;
}

inline QStringList namesOf(const QJsonArray &objects)
{
    QStringList names;
    for (const QJsonValue &value : objects)
        names << value[QStringLiteral("name")].toString();
    names.sort();
    return names;
}

// Who runs: instances with their pids, hosts, the edge and HAProxy. Equal before and after: nothing
// was started anew.
inline QStringList identities(const FabricHarness &fabric, const QString &service)
{
    const auto number = [](const QJsonValue &value) {
        return QString(u' ' + QString::number(value.toInteger()));
    };
    QStringList result;
    for (const QJsonValue &value : fabric.instances(service))
        result << value[u"name"].toString() + number(value[u"agent_pid"]) +
                      number(value[u"program_pid"]);
    for (const QJsonValue &host : fabric.json({QStringLiteral("hosts")}).array())
        result << host[u"id"].toString() + number(host[u"pid"]);
    const QJsonObject status = fabric.status();
    result << QStringLiteral("edge") + number(status[u"edge_pid"])
           << QStringLiteral("haproxy") + number(status[u"haproxy_pid"]);
    return result;
}

} // namespace slipway::test
