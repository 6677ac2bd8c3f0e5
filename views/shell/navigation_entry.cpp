#include "views/shell/navigation_entry.h"

#include <QEnterEvent>
#include <QPainter>

namespace slipway::views
{

NavigationEntry::NavigationEntry(const Theme &theme, const QString &icon, const QString &text,
                                 QWidget *parent)
    : QAbstractButton(parent), m_theme(theme), m_icon(icon)
{
    setText(text);
    setAccessibleName(text);
    setCheckable(true);
    setAutoExclusive(true);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void NavigationEntry::setCollapsed(bool collapsed)
{
    m_collapsed = collapsed;
    setToolTip(collapsed ? text() : QString());
    update();
}

QSize NavigationEntry::sizeHint() const
{
    return {120, 36};
}

void NavigationEntry::enterEvent(QEnterEvent *event)
{
    QAbstractButton::enterEvent(event);
    update();
}

void NavigationEntry::leaveEvent(QEvent *event)
{
    QAbstractButton::leaveEvent(event);
    update();
}

void NavigationEntry::paintEvent(QPaintEvent *)
{
    const auto &tokens = m_theme.tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF ground = QRectF(rect()).adjusted(12, 1, -12, -1);
    if (isChecked() || underMouse()) {
        painter.setPen(Qt::NoPen);
        auto wash = tokens.secondary;
        wash.setAlphaF(0.10F);
        painter.setBrush(isChecked() ? tokens.selection : wash);
        painter.drawRoundedRect(ground, space::kControlRadius, space::kControlRadius);
    }
    if (isChecked()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(tokens.accent);
        painter.drawRoundedRect(QRectF(ground.left(), ground.center().y() - 9, 3, 18), 1.5, 1.5);
    }
    if (hasFocus()) {
        painter.setPen(QPen(tokens.accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), space::kControlRadius,
                                space::kControlRadius);
    }
    const auto hue = isChecked() ? tokens.accent : tokens.secondary;
    const int left = m_collapsed ? (width() - 20) / 2 : 24;
    painter.drawPixmap(left, (height() - 20) / 2,
                       m_theme.pixmap(m_icon, hue, 20, devicePixelRatioF()));
    if (!m_collapsed) {
        painter.setFont(m_theme.font(isChecked() ? TextRole::Strong : TextRole::Body));
        painter.setPen(isChecked() ? tokens.text : tokens.secondary);
        painter.drawText(rect().adjusted(56, 0, -12, 0), Qt::AlignLeft | Qt::AlignVCenter, text());
    }
}

} // namespace slipway::views
