// A hand on the mouse and the keyboard of the display: it looks where a control is now, goes there,
// and does not believe in a click before the control got it.
#pragma once

#include "tests/integration/driven/x_display.h"

#include <QWidget>

namespace slipway::test
{

class Robot
{
public:
    explicit Robot(const XDisplay &display) : m_display(display) {}

    // The first visible widget of that name; nullptr: there is none.
    static QWidget *visible(const QString &name);
    static bool usable(const QString &name); // visible and enabled
    static bool waitUsable(const QString &name, int timeout_ms = 60000);

    // Each says what went wrong; empty: done. All waits end.
    QString click(const QString &name) const;
    QString type(const QString &text) const;
    QString key(const QString &keys) const; // in xdotool's words: "ctrl+k"

private:
    QString aim(QWidget &widget) const;
    QString bringIntoView(QWidget &widget) const;
    QString takeKeys() const;
    QString pressOn(QWidget &widget, const QString &name) const;

    const XDisplay &m_display;
};

} // namespace slipway::test
