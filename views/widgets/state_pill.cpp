#include "views/widgets/state_pill.h"

#include "views/widgets/plain_tip.h"

#include <QPainter>

namespace slipway::views
{

namespace
{

constexpr int kPillHeight = 22;
constexpr int kPillShape = 9;
constexpr int kPillSide = 9;
constexpr int kGap = 6;

QFont pillFont(const Theme &theme)
{
    auto font = theme.font(TextRole::Label);
    font.setPixelSize(12);
    font.setWeight(QFont::DemiBold);
    return font;
}

} // namespace

qreal pillWidth(const Theme &theme, const QString &words)
{
    return kPillSide * 2 + kPillShape + kGap +
           QFontMetricsF(pillFont(theme)).horizontalAdvance(words);
}

qreal drawPill(QPainter &painter, const Theme &theme, const QRectF &box,
               models::Condition condition, const QString &words)
{
    const qreal width = qMin(pillWidth(theme, words) + 1, box.width());
    const QRectF pill(box.left(), box.center().y() - kPillHeight / 2.0, width, kPillHeight);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.tint(condition));
    painter.drawRoundedRect(pill, kPillHeight / 2.0, kPillHeight / 2.0);
    theme.drawShape(
        painter,
        {pill.left() + kPillSide, pill.center().y() - kPillShape / 2.0, kPillShape, kPillShape},
        condition);
    painter.setFont(pillFont(theme));
    painter.setPen(theme.color(condition));
    const auto room = pill.adjusted(kPillSide + kPillShape + kGap, 0, -kPillSide + 1, 0);
    painter.drawText(
        room, Qt::AlignVCenter | Qt::AlignLeft,
        QFontMetricsF(painter.font()).elidedText(words, Qt::ElideRight, room.width() + 0.5));
    painter.restore();
    return width;
}

StatePill::StatePill(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void StatePill::setState(models::Condition condition, const QString &words)
{
    if (condition == m_condition && words == m_words) {
        return;
    }
    m_condition = condition;
    m_words = words;
    setToolTip(plainTip(words));
    setAccessibleName(words);
    updateGeometry();
    update();
}

void StatePill::setHealth(const models::Health &health)
{
    setState(health.condition, health.words);
}

QSize StatePill::sizeHint() const
{
    return {qCeil(pillWidth(m_theme, m_words)) + 2, kPillHeight};
}

QSize StatePill::minimumSizeHint() const
{
    return {qMin(sizeHint().width(), 70), kPillHeight};
}

void StatePill::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    drawPill(painter, m_theme, rect(), m_condition, m_words);
}

} // namespace slipway::views
