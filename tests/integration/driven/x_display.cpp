#include "tests/integration/driven/x_display.h"

#include <QTest>

using namespace Qt::StringLiterals;

namespace slipway::test
{

bool XDisplay::start(const QSize &size)
{
    const QString screen =
        QString::number(size.width()) + u'x' + QString::number(size.height()) + u"x24"_s;
    m_server.start(u"Xvfb"_s, {u"-displayfd"_s, u"1"_s, u"-screen"_s, u"0"_s, screen,
                               u"-nolisten"_s, u"tcp"_s});
    if (!m_server.waitForReadyRead(20000)) {
        return false;
    }
    m_name = u":"_s + QString::fromLatin1(m_server.readLine().trimmed());
    qputenv("DISPLAY", m_name.toLatin1());
    m_window_manager.start(u"openbox"_s, {});
    m_window_manager.waitForStarted(5000);
    return true;
}

XDisplay::~XDisplay()
{
    for (QProcess *process : {&m_window_manager, &m_server}) {
        process->terminate();
        if (!process->waitForFinished(3000)) {
            process->kill();
            process->waitForFinished(1000);
        }
    }
}

void XDisplay::click(const QPoint &at) const
{
    xdotool({u"mousemove"_s, u"--sync"_s, QString::number(at.x()), QString::number(at.y()),
             u"click"_s, u"1"_s});
}

void XDisplay::type(const QString &text) const
{
    xdotool({u"type"_s, u"--delay"_s, u"8"_s, text});
}

void XDisplay::key(const QString &name) const
{
    xdotool({u"key"_s, name});
}

void XDisplay::xdotool(const QStringList &arguments) const
{
    QProcess process;
    process.start(u"xdotool"_s, arguments);
    const bool ended =
        QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 10000);
    if (!ended || process.exitCode() != 0) {
        qWarning().noquote() << "xdotool" << arguments << process.readAllStandardError();
    }
}

} // namespace slipway::test
