// A virtual X display of the test's own, with real mouse and key events in it.
#pragma once

#include <QPoint>
#include <QProcess>
#include <QSize>
#include <QString>
#include <QStringList>

namespace slipway::test
{

class XDisplay
{
public:
    // Starts Xvfb on a free display and a window manager if one is installed. Before QApplication.
    bool start(const QSize &size);
    ~XDisplay();
    QString name() const { return m_name; }

    // These run the event loop until the X server took the event.
    void click(const QPoint &at) const;
    void type(const QString &text) const;
    void key(const QString &name) const;

private:
    void xdotool(const QStringList &arguments) const;
    QProcess m_server;
    QProcess m_window_manager;
    QString m_name;
};

} // namespace slipway::test
