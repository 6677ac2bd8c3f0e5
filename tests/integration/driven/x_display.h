// A virtual X display of the test's own, with real mouse and key events in it. No window manager:
// nobody moves a window away from under the pointer, and a window keeps the keys once it has them.
#pragma once

#include <QPoint>
#include <QProcess>
#include <QSize>
#include <QString>
#include <QStringList>
#include <QtGui/qwindowdefs.h>

namespace slipway::test
{

class XDisplay
{
public:
    ~XDisplay();

    // Starts Xvfb on a free display and says so in DISPLAY. Before QApplication. Returns what went
    // wrong; empty: it runs.
    QString start(const QSize &size);

    // These run the event loop until the X server took the event; what went wrong, or nothing.
    QString movePointer(const QPoint &at) const;
    QString press() const; // the left button, where the pointer is
    QString turnWheel(bool down) const;
    QString giveKeysTo(WId window) const;
    QString type(const QString &text) const;
    QString key(const QString &name) const;

private:
    QString xdotool(const QStringList &arguments) const;
    QProcess m_server;
};

} // namespace slipway::test
