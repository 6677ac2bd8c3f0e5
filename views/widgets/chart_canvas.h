// The plot of a MetricChart: Qt Charts without frame, axes texts and legend; marks and crosshair.
#pragma once

#include "views/widgets/metric_chart.h"

#include <QChart>
#include <QChartView>

namespace slipway::views
{

class ChartCanvas : public QChartView
{
    Q_OBJECT

public:
    ChartCanvas(const Theme &theme, ChartGroup &group, QWidget *parent);
    void add(QAbstractSeries *series); // attached to both axes
    void setTimes(std::int64_t from_ms, std::int64_t to_ms);
    void setTop(double top);
    void setMarks(const QList<ChartMark> &marks);
    void applyTheme();

protected:
    void drawForeground(QPainter *painter, const QRectF &rect) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    qreal placeOf(std::int64_t time_ms) const; // x in the scene
    void drawMark(QPainter &painter, const QRectF &plot, const ChartMark &mark,
                  QRectF &taken) const;

    const Theme &m_theme;
    ChartGroup &m_group;
    QValueAxis *m_time;
    QValueAxis *m_value;
    QList<ChartMark> m_marks;
};

} // namespace slipway::views
