#include "views/widgets/chart_canvas.h"

#include <QGraphicsLayout>
#include <QMouseEvent>
#include <QPainter>
#include <QValueAxis>

namespace slipway::views
{

namespace
{

QValueAxis *makeAxis(int ticks)
{
    auto *axis = new QValueAxis;
    axis->setLabelsVisible(false);
    axis->setLineVisible(false);
    axis->setTickCount(ticks);
    axis->setMinorGridLineVisible(false);
    return axis;
}

} // namespace

ChartCanvas::ChartCanvas(const Theme &theme, ChartGroup &group, QWidget *parent)
    : QChartView(parent), m_theme(theme), m_group(group), m_time(makeAxis(2)), m_value(makeAxis(3))
{
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(NoFrame);
    setFocusPolicy(Qt::NoFocus); // there is nothing to do here by keyboard
    viewport()->setFocusPolicy(Qt::NoFocus);
    setBackgroundBrush(Qt::NoBrush);
    setStyleSheet(QStringLiteral("background: transparent;"));
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    m_time->setGridLineVisible(false);
    chart()->legend()->hide();
    chart()->setBackgroundVisible(false);
    chart()->setPlotAreaBackgroundVisible(false);
    chart()->setMargins({});
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->addAxis(m_time, Qt::AlignBottom);
    chart()->addAxis(m_value, Qt::AlignLeft);
    connect(&group, &ChartGroup::hoverChanged, viewport(), qOverload<>(&QWidget::update));
    applyTheme();
}

void ChartCanvas::add(QAbstractSeries *series)
{
    chart()->addSeries(series);
    series->attachAxis(m_time);
    series->attachAxis(m_value);
}

void ChartCanvas::setTimes(std::int64_t from_ms, std::int64_t to_ms)
{
    m_time->setRange(double(from_ms), double(to_ms));
}

void ChartCanvas::setTop(double top)
{
    if (m_value->max() != top || m_value->min() != 0.0) {
        m_value->setRange(0, top);
    }
}

void ChartCanvas::setMarks(const QList<ChartMark> &marks)
{
    m_marks = marks;
    viewport()->update();
}

void ChartCanvas::applyTheme()
{
    m_value->setGridLinePen(QPen(m_theme.tokens().line, 1));
    viewport()->update();
}

qreal ChartCanvas::placeOf(std::int64_t time_ms) const
{
    const auto plot = chart()->plotArea();
    const double share = (double(time_ms) - m_time->min()) / (m_time->max() - m_time->min());
    return plot.left() + plot.width() * share;
}

void ChartCanvas::drawMark(QPainter &painter, const QRectF &plot, const ChartMark &mark,
                           QRectF &taken) const
{
    const auto x = placeOf(mark.time_ms);
    if (x < plot.left() || x > plot.right()) {
        return;
    }
    painter.setPen(QPen(m_theme.tokens().secondary, 1, Qt::DashLine));
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    painter.setFont(m_theme.font(TextRole::Label));
    const auto wide = painter.fontMetrics().horizontalAdvance(mark.text);
    const bool left = x + wide + 8 > plot.right();
    const QRectF place(left ? x - wide - 4 : x + 4, plot.top(), wide, 12);
    // Marks that stand close share the room of one text: the first one's.
    if (!place.intersects(taken)) {
        painter.drawText(QPointF(place.left(), plot.top() + 10), mark.text);
        taken = taken.united(place);
    }
}

void ChartCanvas::drawForeground(QPainter *painter, const QRectF &rect)
{
    QChartView::drawForeground(painter, rect);
    const auto plot = chart()->plotArea();
    QRectF taken;
    for (const auto &mark : m_marks) {
        drawMark(*painter, plot, mark, taken);
    }
    if (m_group.hovered() != 0) {
        const auto x = placeOf(m_group.hovered());
        painter->setPen(QPen(m_theme.tokens().text, 1));
        painter->drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    }
}

void ChartCanvas::mouseMoveEvent(QMouseEvent *event)
{
    const auto plot = chart()->plotArea();
    const double share = (event->position().x() - plot.left()) / qMax(1.0, plot.width());
    if (share >= 0 && share <= 1) {
        m_group.hover(std::int64_t(m_time->min() + share * (m_time->max() - m_time->min())));
    }
    QChartView::mouseMoveEvent(event);
}

void ChartCanvas::leaveEvent(QEvent *event)
{
    m_group.hover(0);
    QChartView::leaveEvent(event);
}

} // namespace slipway::views
