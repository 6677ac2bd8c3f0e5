#include "views/widgets/cell_delegate.h"

#include "models/base/roles.h"
#include "models/base/words.h"
#include "views/widgets/plain_tip.h"
#include "views/widgets/state_pill.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;

namespace
{

constexpr int kCellSide = 10;
constexpr qreal kStaleOpacity = 0.55;
constexpr double kNearlyFull = 0.9;

TextRole textRoleOf(CellKind kind)
{
    switch (kind) {
    case CellKind::Strong:
        return TextRole::Strong;
    case CellKind::Mono:
        return TextRole::Mono;
    default:
        return TextRole::Body;
    }
}

// Names and digests differ at their ends: "WebRole_IN_12".
Qt::TextElideMode elideModeOf(const ColumnStyle &style)
{
    const bool name = style.kind == CellKind::Strong || style.kind == CellKind::Mono;
    return name ? Qt::ElideMiddle : style.elide;
}

} // namespace

CellDelegate::CellDelegate(const Theme &theme, DataTable &table)
    : QStyledItemDelegate(&table), m_theme(theme), m_table(table)
{
}

void CellDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                         const QModelIndex &index) const
{
    painter->save();
    paintGround(*painter, option, index);
    if (index.data(models::StaleRole).toBool()) {
        painter->setOpacity(kStaleOpacity);
    }
    const QRectF box = QRectF(option.rect).adjusted(kCellSide, 0, -kCellSide, 0);
    const auto kind = m_table.kindOf(index.column());
    if (kind == CellKind::State) {
        drawPill(*painter, m_theme, box, Condition(index.data(models::ConditionRole).toInt()),
                 index.data().toString());
    } else if (kind == CellKind::Number || kind == CellKind::Bar) {
        paintNumber(*painter, box, index, kind);
    } else {
        paintText(*painter, box, index, kind);
    }
    painter->restore();
}

void CellDelegate::paintGround(QPainter &painter, const QStyleOptionViewItem &option,
                               const QModelIndex &index) const
{
    const auto &tokens = m_theme.tokens();
    if (option.state.testFlag(QStyle::State_Selected)) {
        painter.fillRect(option.rect, tokens.selection);
    } else if (index.row() == m_table.m_hovered_row) {
        painter.fillRect(option.rect, tokens.hover);
    }
    painter.setPen(QPen(tokens.line, 1));
    const auto y = option.rect.bottom() + 0.5;
    painter.drawLine(QPointF(option.rect.left(), y), QPointF(option.rect.right() + 1, y));
    if (option.state.testFlag(QStyle::State_HasFocus) && index.column() == 0) {
        painter.fillRect(QRect(option.rect.left(), option.rect.top(), 3, option.rect.height()),
                         tokens.accent);
    }
}

QString CellDelegate::ageOf(const QModelIndex &index) const
{
    const auto then = index.data(models::TimeRole).toLongLong();
    if (then <= 0 || !m_table.m_now_ms) {
        return u"–"_s;
    }
    return models::durationWords(m_table.m_now_ms() - then);
}

void CellDelegate::paintText(QPainter &painter, const QRectF &box, const QModelIndex &index,
                             CellKind kind) const
{
    const auto words = kind == CellKind::Age ? ageOf(index) : index.data().toString();
    const bool quiet = kind == CellKind::Age || kind == CellKind::Mono || words == u"–"_s;
    painter.setFont(m_theme.font(textRoleOf(kind)));
    painter.setPen(quiet ? m_theme.tokens().secondary : m_theme.tokens().text);
    const QFontMetricsF metrics(painter.font());
    painter.drawText(
        box, Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(words, elideModeOf(m_table.styleOf(index.column())), box.width()));
}

void CellDelegate::paintNumber(QPainter &painter, const QRectF &box, const QModelIndex &index,
                               CellKind kind) const
{
    const auto words = index.data().toString();
    painter.setFont(m_theme.font(TextRole::Body));
    painter.setPen(words == u"–"_s ? m_theme.tokens().secondary : m_theme.tokens().text);
    drawTabular(painter, box, Qt::AlignRight, words);
    const auto fraction = index.data(models::FractionRole);
    if (kind != CellKind::Bar || !fraction.isValid()) {
        return;
    }
    const double share = qBound(0.0, fraction.toDouble(), 1.0);
    const QRectF groove(box.left(), box.bottom() - 5, box.width(), 2);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.tokens().neutral_tint);
    painter.drawRect(groove);
    painter.setBrush(share > kNearlyFull ? m_theme.tokens().warning : m_theme.tokens().accent);
    painter.drawRect(QRectF(groove.left(), groove.top(), groove.width() * share, 2));
}

// The model's own tooltip, else the whole text where it had to be shortened.
bool CellDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view,
                             const QStyleOptionViewItem &option, const QModelIndex &index)
{
    auto tip = index.data(Qt::ToolTipRole).toString();
    if (tip.isEmpty()) {
        const auto words = index.data().toString();
        const auto kind = m_table.kindOf(index.column());
        const QFontMetricsF metrics(m_theme.font(textRoleOf(kind)));
        if (metrics.horizontalAdvance(words) > option.rect.width() - 2 * kCellSide) {
            tip = words;
        }
    }
    QToolTip::showText(event->globalPos(), plainTip(tip), view);
    return true;
}

} // namespace slipway::views
