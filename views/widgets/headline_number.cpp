#include "views/widgets/headline_number.h"

#include <QPainter>

namespace slipway::views
{

using namespace Qt::StringLiterals;

HeadlineNumber::HeadlineNumber(const Theme &theme, const QString &label, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_label(label), m_value(u"–"_s)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void HeadlineNumber::setValue(const QString &value)
{
    if (value != m_value) {
        const auto needed = tabularWidth(m_theme.font(TextRole::Headline), value);
        const bool wider = sizeHint().width() < needed;
        m_widest = qMax(m_widest, needed);
        m_value = value;
        setAccessibleName(QString(m_label + u' ' + value));
        if (wider) {
            updateGeometry();
        }
        update();
    }
}

void HeadlineNumber::setLabel(const QString &label)
{
    m_label = label;
    updateGeometry();
    update();
}

void HeadlineNumber::setColor(const QColor &color)
{
    m_color = color;
    update();
}

QSize HeadlineNumber::sizeHint() const
{
    const auto label = QFontMetricsF(m_theme.font(TextRole::Label)).horizontalAdvance(m_label);
    const auto value = tabularWidth(m_theme.font(TextRole::Headline), m_value);
    return {qCeil(qMax(label, qMax(value, m_widest))) + 2, 40};
}

void HeadlineNumber::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setFont(m_theme.font(TextRole::Label));
    painter.setPen(m_theme.tokens().secondary);
    painter.drawText(QRectF(0, 0, width(), 17), Qt::AlignLeft | Qt::AlignVCenter, m_label);
    painter.setFont(m_theme.font(TextRole::Headline));
    painter.setPen(m_color.isValid() ? m_color : m_theme.tokens().text);
    drawTabular(painter, QRectF(0, 18, width(), 22), Qt::AlignLeft, m_value);
}

} // namespace slipway::views
