// A line over a page that says what is wrong and what is done about it; news, never a modal box.
#pragma once

#include "views/widgets/label.h"

#include <QFrame>

class QPushButton;

namespace slipway::views
{

class Banner : public QFrame
{
    Q_OBJECT

public:
    explicit Banner(const Theme &theme, QWidget *parent = nullptr); // hidden
    // `action` empty: no button.
    void say(models::Condition condition, const QString &text, const QString &action = {});
    void clear();
    QString text() const;

Q_SIGNALS:
    void actionClicked();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    Label *m_text;
    QPushButton *m_action;
    models::Condition m_condition = models::Condition::Attention;
};

} // namespace slipway::views
