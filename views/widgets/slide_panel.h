// A panel over the right side of its parent: details and forms that belong to what is behind it.
// Escape and the cross close it.
#pragma once

#include "views/widgets/label.h"

#include <QFrame>
#include <QPointer>

class QHBoxLayout;
class QPropertyAnimation;
class QVBoxLayout;

namespace slipway::views
{

class SlidePanel : public QFrame
{
    Q_OBJECT

public:
    SlidePanel(const Theme &theme, const QString &title, int width_px, QWidget *parent);

    void setTitle(const QString &title);
    QVBoxLayout *body() const { return m_body; }     // scrolls when it is too high
    QHBoxLayout *footer() const { return m_footer; } // buttons, at the right
    void openPanel();
    void closePanel();
    bool isOpen() const { return m_open; }

Q_SIGNALS:
    void closed();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool focusNextPrevChild(bool next) override; // Tab stays within an open panel
    void paintEvent(QPaintEvent *event) override;

private:
    void place();

    const Theme &m_theme;
    Label *m_title;
    QVBoxLayout *m_body;
    QHBoxLayout *m_footer;
    QPropertyAnimation *m_slide;
    QPointer<QWidget> m_keys_before; // had the keys before it opened
    int m_width;
    bool m_open = false;
};

} // namespace slipway::views
