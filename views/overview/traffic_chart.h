// Requests and errors of the last five minutes as two curves over one time axis; a crosshair under
// the mouse says what was when.
#pragma once

#include "views/overview/traffic.h"
#include "views/theme/theme.h"

#include <QWidget>

namespace slipway::views
{

class TrafficChart : public QWidget
{
    Q_OBJECT

public:
    TrafficChart(const Theme &theme, const Traffic &traffic, QWidget *parent = nullptr);
    // What is written at the right: of the last second, or of the one under the mouse.
    QString words() const;
    QSize sizeHint() const override { return {400, 180}; }
    QSize minimumSizeHint() const override { return {240, 120}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    QRectF plot() const;
    double highest() const;
    QPointF place(const TrafficPoint &point, double value) const;
    QPolygonF curve(double TrafficPoint::*value) const;
    const TrafficPoint *hovered() const;
    void paintAxis(QPainter &painter) const;
    void paintCurves(QPainter &painter) const;
    void paintCrosshair(QPainter &painter) const;

    const Theme &m_theme;
    const Traffic &m_traffic;
    double m_top = 1;     // of the value axis
    qreal m_hover_x = -1; // below 0: the mouse is elsewhere
};

} // namespace slipway::views
