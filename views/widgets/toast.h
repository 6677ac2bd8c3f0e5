// Short news at the lower left of the pages; goes away by itself, not while the mouse is over it.
#pragma once

#include "views/widgets/label.h"

#include <QFrame>
#include <QTimer>
#include <functional>

namespace slipway::views
{

class Toast : public QFrame
{
    Q_OBJECT

public:
    // `act` is called by the button named `action`; empty: no button.
    Toast(const Theme &theme, models::Condition condition, const QString &text,
          const QString &action, std::function<void()> act, QWidget *parent);
    QString text() const { return m_text->text(); }

protected:
    void paintEvent(QPaintEvent *event) override;
    void enterEvent(QEnterEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    const Theme &m_theme;
    models::Condition m_condition;
    Label *m_text;
    QTimer m_life;
};

// Stacks toasts over the lower left corner of a window's pages: panels and forms have their buttons
// at the right, and news must not lie on them.
class ToastArea : public QObject
{
    Q_OBJECT

public:
    ToastArea(const Theme &theme, QWidget *window);
    void setArea(QWidget *area); // within the window; until then all of it
    void say(models::Condition condition, const QString &text, const QString &action = {},
             std::function<void()> act = {});
    QStringList texts() const; // shown now, oldest first

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void place();

    const Theme &m_theme;
    QWidget *m_window;
    QWidget *m_area;
    QList<Toast *> m_toasts;
};

} // namespace slipway::views
