#include "views/overview/state_bar.h"

#include "models/base/words.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kBar = 10;
constexpr int kLegend = 22;
constexpr qreal kThinnest = 6;
constexpr qreal kGap = 1.5; // between two parts

} // namespace

StateBar::StateBar(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void StateBar::setTally(const models::Tally &tally)
{
    m_parts.clear();
    m_total = tally.total;
    for (std::size_t i = 0; i < tally.by_state.size(); ++i) {
        const auto state = v1::RoleInstance::State(int(i));
        if (tally.by_state[i] > 0) {
            m_parts << Part{models::conditionOf(state), models::stateWord(state),
                            tally.by_state[i]};
        }
    }
    std::stable_sort(m_parts.begin(), m_parts.end(), [](const Part &left, const Part &right) {
        return int(left.condition) < int(right.condition);
    });
    QStringList words;
    for (const auto &part : std::as_const(m_parts)) {
        words << models::countWords(part.count) + u' ' + part.words;
    }
    setAccessibleName(words.join(u", "_s));
    setToolTip(words.join(u'\n'));
    update();
}

QSize StateBar::sizeHint() const
{
    return {300, kBar + 6 + kLegend};
}

void StateBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintBar(painter);
    paintLegend(painter);
}

void StateBar::paintBar(QPainter &painter) const
{
    const QRectF whole(0, 0, width(), kBar);
    QPainterPath rounded;
    rounded.addRoundedRect(whole, kBar / 2.0, kBar / 2.0);
    painter.save();
    painter.setClipPath(rounded);
    painter.fillRect(whole, m_theme.tokens().neutral_tint);
    const qreal shared = whole.width() - kThinnest * double(m_parts.size());
    qreal left = 0;
    for (const auto &part : m_parts) {
        const qreal wide = kThinnest + shared * part.count / qMax(1U, m_total);
        const bool last = &part == &m_parts.constLast();
        painter.fillRect(QRectF(left, 0, last ? wide : wide - kGap, kBar),
                         m_theme.color(part.condition));
        left += wide;
    }
    painter.restore();
}

void StateBar::paintLegend(QPainter &painter) const
{
    painter.setFont(m_theme.font(TextRole::Body));
    const QFontMetricsF metrics(painter.font());
    const qreal top = kBar + 6;
    qreal left = 0;
    if (m_parts.isEmpty()) {
        painter.setPen(m_theme.tokens().secondary);
        painter.drawText(QRectF(0, top, width(), kLegend), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("No instances"));
    }
    for (const auto &part : m_parts) {
        const QString words = models::countWords(part.count) + u' ' + part.words;
        const qreal wide = metrics.horizontalAdvance(words);
        if (left + 16 + wide > width()) {
            painter.drawText(QRectF(left, top, width() - left, kLegend),
                             Qt::AlignLeft | Qt::AlignVCenter, u"…"_s);
            return;
        }
        m_theme.drawShape(painter, QRectF(left, top + kLegend / 2.0 - 4.5, 9, 9), part.condition);
        painter.setPen(m_theme.tokens().text);
        painter.drawText(QRectF(left + 16, top, wide + 1, kLegend),
                         Qt::AlignLeft | Qt::AlignVCenter, words);
        left += 16 + wide + 20;
    }
}

} // namespace slipway::views
