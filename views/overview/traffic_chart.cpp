#include "views/overview/traffic_chart.h"

#include "models/base/words.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kHead = 24;
constexpr int kFoot = 20;

// The next of 1, 2, 5, 10, 20, 50 ...
double roundTop(double value)
{
    const double power = std::pow(10.0, std::floor(std::log10(qMax(1.0, value))));
    for (const double step : {1.0, 2.0, 5.0, 10.0}) {
        if (value <= step * power) {
            return step * power;
        }
    }
    return 10 * power;
}

} // namespace

TrafficChart::TrafficChart(const Theme &theme, const Traffic &traffic, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_traffic(traffic)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Requests and errors per second of the last five minutes"));
    connect(&traffic, &Traffic::changed, this, [this] {
        m_top = roundTop(highest() * 1.05);
        setAccessibleDescription(words());
        update();
    });
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

QRectF TrafficChart::plot() const
{
    return QRectF(rect()).adjusted(0, kHead, -1, -kFoot);
}

double TrafficChart::highest() const
{
    double highest = 1;
    for (const auto &point : m_traffic.points()) {
        highest = std::max({highest, point.requests_per_s, point.errors_per_s});
    }
    return highest;
}

QPointF TrafficChart::place(const TrafficPoint &point, double value) const
{
    const auto box = plot();
    const double ago_s = double(m_traffic.now().time_ms - point.time_ms) / 1000.0;
    return {box.right() - box.width() * ago_s / Traffic::kSpanSeconds,
            box.bottom() - box.height() * value / m_top};
}

QPolygonF TrafficChart::curve(double TrafficPoint::*value) const
{
    QPolygonF line;
    for (const auto &point : m_traffic.points()) {
        line << place(point, point.*value);
    }
    return line;
}

const TrafficPoint *TrafficChart::hovered() const
{
    const auto &points = m_traffic.points();
    if (m_hover_x < 0 || points.isEmpty()) {
        return nullptr;
    }
    return &*std::min_element(points.begin(), points.end(),
                              [this](const auto &left, const auto &right) {
                                  return std::abs(place(left, 0).x() - m_hover_x) <
                                         std::abs(place(right, 0).x() - m_hover_x);
                              });
}

QString TrafficChart::words() const
{
    if (m_traffic.points().isEmpty()) {
        return u"–"_s;
    }
    const auto *under = hovered();
    const auto point = under == nullptr ? m_traffic.now() : *under;
    const auto said =
        tr("%1 requests/s · %2 errors/s")
            .arg(models::rateWords(point.requests_per_s), models::rateWords(point.errors_per_s));
    return under == nullptr ? said : QString(models::timeWords(point.time_ms) + u" · "_s + said);
}

void TrafficChart::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintAxis(painter);
    if (m_traffic.points().size() > 1) {
        paintCurves(painter);
        paintCrosshair(painter);
    } else {
        painter.setFont(m_theme.font(TextRole::Body));
        painter.setPen(m_theme.tokens().secondary);
        painter.drawText(plot(), Qt::AlignCenter, tr("No traffic was measured yet"));
    }
    painter.setFont(m_theme.font(TextRole::Strong));
    painter.setPen(m_theme.tokens().text);
    drawTabular(painter, QRectF(0, 0, width(), kHead), Qt::AlignRight | Qt::AlignTop, words());
}

void TrafficChart::paintAxis(QPainter &painter) const
{
    const auto &tokens = m_theme.tokens();
    const auto box = plot();
    painter.setPen(QPen(tokens.line, 1));
    for (const double part : {0.0, 0.5, 1.0}) {
        const qreal y = std::round(box.top() + box.height() * part) + 0.5;
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
    }
    painter.setFont(m_theme.font(TextRole::Label));
    painter.setPen(tokens.secondary);
    painter.drawText(QRectF(0, 0, width(), kHead - 4), Qt::AlignLeft | Qt::AlignBottom,
                     m_traffic.points().isEmpty() ? QString() : models::rateWords(m_top));
    const QRectF foot(0, box.bottom() + 4, width(), kFoot - 4);
    painter.drawText(foot, Qt::AlignLeft | Qt::AlignVCenter, tr("5 min ago"));
    painter.drawText(foot, Qt::AlignRight | Qt::AlignVCenter, tr("now"));
}

void TrafficChart::paintCurves(QPainter &painter) const
{
    const auto &tokens = m_theme.tokens();
    const auto box = plot();
    painter.save();
    painter.setClipRect(box.adjusted(0, -1, 1, 1));
    const auto requests = curve(&TrafficPoint::requests_per_s);
    auto area = requests;
    area << QPointF(requests.last().x(), box.bottom())
         << QPointF(requests.first().x(), box.bottom());
    auto fill = tokens.accent;
    fill.setAlphaF(0.12F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawPolygon(area);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(tokens.accent, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(requests);
    const auto &points = m_traffic.points();
    const bool failed = std::any_of(points.begin(), points.end(),
                                    [](const auto &point) { return point.errors_per_s > 0; });
    if (failed) {
        painter.setPen(QPen(tokens.bad, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(curve(&TrafficPoint::errors_per_s));
    }
    painter.restore();
}

void TrafficChart::paintCrosshair(QPainter &painter) const
{
    const auto *point = hovered();
    if (point == nullptr) {
        return;
    }
    const auto spot = place(*point, point->requests_per_s);
    painter.setPen(QPen(m_theme.tokens().secondary, 1, Qt::DashLine));
    painter.drawLine(QPointF(spot.x(), plot().top()), QPointF(spot.x(), plot().bottom()));
    painter.setPen(QPen(m_theme.tokens().surface, 1.5));
    painter.setBrush(m_theme.tokens().accent);
    painter.drawEllipse(spot, 4, 4);
}

void TrafficChart::mouseMoveEvent(QMouseEvent *event)
{
    m_hover_x = event->position().x();
    update();
}

void TrafficChart::leaveEvent(QEvent *)
{
    m_hover_x = -1;
    update();
}

} // namespace slipway::views
