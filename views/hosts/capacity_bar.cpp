#include "views/hosts/capacity_bar.h"

#include <QCoreApplication>
#include <QLocale>
#include <QPainter>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kLine = 18;
constexpr int kBar = 6;
constexpr double kNearlyFull = 0.9;

} // namespace

CapacityBar::CapacityBar(const Theme &theme, const QString &label, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_label(label)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void CapacityBar::setUsage(double fraction, const QString &numbers, const QString &real)
{
    m_fraction = fraction;
    m_numbers = numbers;
    m_real = real;
    const QString words =
        m_label + u": "_s + numbers + (real.isEmpty() ? QString() : u", "_s + real);
    setAccessibleName(words);
    setToolTip(real.isEmpty()
                   ? words
                   : tr("%1\nNominal capacity is what instances are promised; behind it stands the "
                        "real machine, which all hosts share.")
                         .arg(words));
    update();
}

QSize CapacityBar::sizeHint() const
{
    return {220, kLine * 2 + 4 + kBar};
}

void CapacityBar::paintEvent(QPaintEvent *)
{
    const auto &tokens = m_theme.tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_theme.font(TextRole::Label));
    painter.setPen(tokens.secondary);
    painter.drawText(QRectF(0, 0, width(), kLine), Qt::AlignLeft | Qt::AlignVCenter, m_label);
    painter.setFont(m_theme.font(TextRole::Strong));
    painter.setPen(tokens.text);
    drawTabular(painter, QRectF(0, 0, width(), kLine), Qt::AlignRight | Qt::AlignVCenter,
                m_numbers);
    const QRectF bar(0, kLine + 2, width(), kBar);
    painter.setPen(Qt::NoPen);
    painter.setBrush(tokens.neutral_tint);
    painter.drawRoundedRect(bar, kBar / 2.0, kBar / 2.0);
    if (m_fraction > 0) {
        auto filled = bar;
        filled.setWidth(qMax(double(kBar), bar.width() * qMin(1.0, m_fraction)));
        painter.setBrush(m_fraction >= kNearlyFull ? tokens.warning : tokens.accent);
        painter.drawRoundedRect(filled, kBar / 2.0, kBar / 2.0);
    }
    painter.setFont(m_theme.font(TextRole::Label));
    painter.setPen(tokens.secondary);
    painter.drawText(QRectF(0, bar.bottom() + 2, width(), kLine), Qt::AlignLeft | Qt::AlignVCenter,
                     m_real);
}

QString realWords(const QString &real, double nominal_to_real)
{
    if (nominal_to_real <= 0) {
        return {};
    }
    return QCoreApplication::translate("CapacityBar", "%1 real · %2×")
        .arg(real, QLocale().toString(nominal_to_real, 'f', 1));
}

} // namespace slipway::views
