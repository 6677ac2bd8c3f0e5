// A small curve without axes: how it went in the last minutes.
#pragma once

#include "views/theme/theme.h"

#include <QList>
#include <QWidget>

namespace slipway::views
{

class Sparkline : public QWidget
{
    Q_OBJECT

public:
    explicit Sparkline(const Theme &theme, QWidget *parent = nullptr);
    void setValues(const QList<double> &values); // oldest first; at most about 900
    void setColor(const QColor &color);
    QSize sizeHint() const override { return {130, 44}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QPolygonF curve() const;

    const Theme &m_theme;
    QList<double> m_values;
    QColor m_color;
};

} // namespace slipway::views
