// One page's button in the navigation.
#pragma once

#include "views/theme/theme.h"

#include <QAbstractButton>

namespace slipway::views
{

class NavigationEntry : public QAbstractButton
{
    Q_OBJECT

public:
    NavigationEntry(const Theme &theme, const QString &icon, const QString &text,
                    QWidget *parent = nullptr);
    void setCollapsed(bool collapsed);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void enterEvent(QEnterEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    const Theme &m_theme;
    QString m_icon;
    bool m_collapsed = false;
};

} // namespace slipway::views
