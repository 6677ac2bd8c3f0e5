#include "views/widgets/segmented_control.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

namespace slipway::views
{

namespace
{

constexpr int kInset = 3;
constexpr int kSide = 14;
constexpr int kSideMin = 6;

} // namespace

SegmentedControl::SegmentedControl(const Theme &theme, const QStringList &choices, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_choices(choices)
{
    setAccessibleDescription(choices.value(0)); // the name says what is chosen
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void SegmentedControl::setCurrent(int index)
{
    if (index >= 0 && index < m_choices.size() && index != m_current) {
        m_current = index;
        setAccessibleDescription(m_choices[index]);
        update();
        Q_EMIT currentChanged(index);
    }
}

qreal SegmentedControl::segmentWidth(int side) const
{
    const QFontMetricsF metrics(m_theme.font(TextRole::Strong));
    qreal widest = 0;
    for (const auto &choice : m_choices) {
        widest = qMax(widest, metrics.horizontalAdvance(choice));
    }
    return widest + 2 * side;
}

QSize SegmentedControl::sizeHint() const
{
    return sizeFor(kSide);
}

QSize SegmentedControl::minimumSizeHint() const
{
    return sizeFor(kSideMin);
}

QSize SegmentedControl::sizeFor(int side) const
{
    return {qCeil(segmentWidth(side) * double(m_choices.size())) + 2 * kInset,
            m_theme.isCompact() ? space::kRowHeightCompact : space::kControlHeight};
}

void SegmentedControl::paintEvent(QPaintEvent *)
{
    const auto &tokens = m_theme.tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(hasFocus() ? tokens.accent : tokens.line, 1));
    painter.setBrush(tokens.neutral_tint);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), space::kControlRadius,
                            space::kControlRadius);
    const qreal wide = (width() - 2.0 * kInset) / double(m_choices.size());
    for (int i = 0; i < m_choices.size(); ++i) {
        const QRectF segment(kInset + i * wide, kInset, wide, height() - 2.0 * kInset);
        if (i == m_current) {
            painter.setPen(QPen(tokens.line, 1));
            painter.setBrush(tokens.surface);
            painter.drawRoundedRect(segment.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
        }
        painter.setFont(m_theme.font(i == m_current ? TextRole::Strong : TextRole::Body));
        painter.setPen(i == m_current ? tokens.text : tokens.secondary);
        painter.drawText(segment, Qt::AlignCenter, m_choices[i]);
    }
}

void SegmentedControl::mousePressEvent(QMouseEvent *event)
{
    setCurrent(int(event->position().x() * double(m_choices.size()) / qMax(1, width())));
}

void SegmentedControl::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Right) {
        setCurrent(m_current + 1);
    } else if (event->key() == Qt::Key_Left) {
        setCurrent(m_current - 1);
    } else {
        QWidget::keyPressEvent(event);
    }
}

} // namespace slipway::views
