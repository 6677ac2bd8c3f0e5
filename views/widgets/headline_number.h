// A label over a number that stands still while it changes.
#pragma once

#include "views/theme/theme.h"

#include <QWidget>

namespace slipway::views
{

class HeadlineNumber : public QWidget
{
    Q_OBJECT

public:
    HeadlineNumber(const Theme &theme, const QString &label, QWidget *parent = nullptr);

    void setValue(const QString &value); // with its unit
    void setLabel(const QString &label);
    QString value() const { return m_value; }
    // The number's colour; an invalid one is the text's.
    void setColor(const QColor &color);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    QString m_label;
    QString m_value;
    qreal m_widest = 0; // of all values so far: what stands beside it does not wander
    QColor m_color;
};

} // namespace slipway::views
