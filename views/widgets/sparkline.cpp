#include "views/widgets/sparkline.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

namespace slipway::views
{

namespace
{

constexpr int kPixelsPerPoint = 2; // more points than that are not seen, only painted

// The peak of each bucket: a short burst must not vanish.
QList<double> thinned(const QList<double> &values, int points_max)
{
    if (values.size() <= points_max) {
        return values;
    }
    QList<double> peaks;
    for (int i = 0; i < points_max; ++i) {
        const auto from = values.begin() + values.size() * i / points_max;
        const auto to = values.begin() + values.size() * (i + 1) / points_max;
        peaks << *std::max_element(from, std::max(to, from + 1));
    }
    return peaks;
}

} // namespace

Sparkline::Sparkline(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void Sparkline::setValues(const QList<double> &values)
{
    m_values = values;
    update();
}

void Sparkline::setColor(const QColor &color)
{
    m_color = color;
    update();
}

QPolygonF Sparkline::curve() const
{
    const auto values = thinned(m_values, qMax(2, width() / kPixelsPerPoint));
    const double top = qMax(1.0, *std::max_element(values.begin(), values.end())) * 1.15;
    QPolygonF points;
    const double step = values.size() > 1 ? double(width()) / double(values.size() - 1) : 0;
    for (qsizetype i = 0; i < values.size(); ++i) {
        points << QPointF(double(i) * step, (height() - 1.5) * (1 - values[i] / top));
    }
    return points;
}

void Sparkline::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto hue = m_color.isValid() ? m_color : m_theme.tokens().accent;
    if (m_values.size() < 2) {
        painter.setPen(QPen(m_theme.tokens().line, 1));
        painter.drawLine(QPointF(0, height() - 1.5), QPointF(width(), height() - 1.5));
        return;
    }
    const auto points = curve();
    QPainterPath area(QPointF(0, height()));
    for (const auto &point : points) {
        area.lineTo(point);
    }
    area.lineTo(width(), height());
    auto fill = hue;
    fill.setAlphaF(m_theme.isDark() ? 0.20F : 0.13F);
    painter.fillPath(area, fill);
    painter.setPen(QPen(hue, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(points);
}

} // namespace slipway::views
