#include "tests/integration/driven/x_display.h"

#include <QTest>

using namespace Qt::StringLiterals;

namespace slipway::test
{

namespace
{

constexpr int kStartMs = 30000;
constexpr int kEventMs = 20000;

} // namespace

QString XDisplay::start(const QSize &size)
{
    const QString screen =
        QString::number(size.width()) + u'x' + QString::number(size.height()) + u"x24"_s;
    m_server.start(u"Xvfb"_s, {u"-displayfd"_s, u"1"_s, u"-screen"_s, u"0"_s, screen,
                               u"-nolisten"_s, u"tcp"_s});
    QByteArray number;
    while (!number.endsWith('\n')) {
        if (!m_server.waitForReadyRead(kStartMs)) {
            return u"Xvfb did not start: "_s + m_server.errorString() + u' ' +
                   QString::fromUtf8(m_server.readAllStandardError());
        }
        number += m_server.readAllStandardOutput();
    }
    qputenv("DISPLAY", ":" + number.trimmed());
    return {};
}

XDisplay::~XDisplay()
{
    m_server.terminate();
    if (!m_server.waitForFinished(5000)) {
        m_server.kill();
        m_server.waitForFinished(1000);
    }
}

QString XDisplay::movePointer(const QPoint &at) const
{
    return xdotool({u"mousemove"_s, QString::number(at.x()), QString::number(at.y())});
}

QString XDisplay::press() const
{
    return xdotool({u"click"_s, u"1"_s});
}

QString XDisplay::turnWheel(bool down) const
{
    return xdotool({u"click"_s, down ? u"5"_s : u"4"_s});
}

QString XDisplay::giveKeysTo(WId window) const
{
    return xdotool({u"windowfocus"_s, QString::number(window)});
}

QString XDisplay::type(const QString &text) const
{
    return xdotool({u"type"_s, u"--delay"_s, u"8"_s, text});
}

QString XDisplay::key(const QString &name) const
{
    return xdotool({u"key"_s, name});
}

QString XDisplay::xdotool(const QStringList &arguments) const
{
    QProcess process;
    process.start(u"xdotool"_s, arguments);
    const bool ended =
        QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, kEventMs);
    if (ended && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0) {
        return {};
    }
    return u"xdotool "_s + arguments.join(u' ') + u" failed: "_s + process.errorString() + u' ' +
           QString::fromUtf8(process.readAllStandardError());
}

} // namespace slipway::test
