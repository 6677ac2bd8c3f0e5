#include "views/service/swap_button.h"

#include "views/widgets/plain_tip.h"

#include <QPainter>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kDiameter = 60;
constexpr int kIcon = 28;
constexpr int kButtonWidth = 96;
constexpr int kRing = 3; // room for the focus ring
constexpr int kLine = 20;

models::Condition conditionOf(SwapPreflight::Verdict verdict)
{
    switch (verdict) {
    case SwapPreflight::Verdict::Allowed:
        return models::Condition::Ready;
    case SwapPreflight::Verdict::Warned:
        return models::Condition::Attention;
    case SwapPreflight::Verdict::Refused:
        return models::Condition::Failed;
    case SwapPreflight::Verdict::Unknown:
        break;
    }
    return models::Condition::OnItsWay;
}

} // namespace

SwapButton::SwapButton(const Theme &theme, SwapPreflight &preflight, QWidget *parent)
    : QAbstractButton(parent), m_theme(theme), m_preflight(preflight)
{
    setObjectName(u"swap"_s);
    setText(tr("Swap"));
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&preflight, &SwapPreflight::changed, this, &SwapButton::refresh);
    connect(&theme, &Theme::changed, this, [this] { update(); });
    refresh();
}

QSize SwapButton::sizeHint() const
{
    return {kButtonWidth, kDiameter + 2 * kRing + 2 * kLine + 4};
}

QRectF SwapButton::circle() const
{
    return {(width() - kDiameter) / 2.0, double(kRing), double(kDiameter), double(kDiameter)};
}

void SwapButton::refresh()
{
    const auto reasons = m_preflight.reasons();
    setToolTip(reasons.isEmpty() ? tr("Staging becomes production and the other way round")
                                 : plainTip(reasons));
    setAccessibleName(tr("Swap: %1").arg(m_preflight.words()));
    update();
}

void SwapButton::paintEvent(QPaintEvent *)
{
    const auto &tokens = m_theme.tokens();
    const auto verdict = m_preflight.verdict();
    const bool may =
        verdict == SwapPreflight::Verdict::Allowed || verdict == SwapPreflight::Verdict::Warned;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (hasFocus()) {
        painter.setPen(QPen(tokens.text, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(circle().adjusted(-2, -2, 2, 2));
    }
    auto fill = may ? tokens.accent : tokens.surface;
    if (underMouse() || isDown()) {
        fill = may ? fill.darker(isDown() ? 118 : 108) : tokens.hover;
    }
    painter.setPen(QPen(may ? fill : tokens.line, 1.5));
    painter.setBrush(fill);
    painter.drawEllipse(circle());
    const auto icon = m_theme.pixmap(u"swap"_s, may ? tokens.on_accent : tokens.secondary, kIcon,
                                     devicePixelRatioF());
    painter.drawPixmap(
        QPointF(circle().center().x() - kIcon / 2.0, circle().center().y() - kIcon / 2.0), icon);
    const double y = circle().bottom() + 6;
    painter.setFont(m_theme.font(TextRole::Strong));
    painter.setPen(tokens.text);
    painter.drawText(QRectF(0, y, width(), kLine), Qt::AlignCenter, text());
    painter.setFont(m_theme.font(TextRole::Label));
    painter.setPen(verdict == SwapPreflight::Verdict::Refused ||
                           verdict == SwapPreflight::Verdict::Warned
                       ? m_theme.color(conditionOf(verdict))
                       : tokens.secondary);
    painter.drawText(QRectF(0, y + kLine - 2, width(), kLine), Qt::AlignCenter,
                     m_preflight.words());
}

} // namespace slipway::views
