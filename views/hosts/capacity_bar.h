// How much of a nominal capacity is promised: what, the numbers, a bar, and the real machine
// behind.
#pragma once

#include "views/theme/theme.h"

#include <QWidget>

namespace slipway::views
{

class CapacityBar : public QWidget
{
    Q_OBJECT

public:
    CapacityBar(const Theme &theme, const QString &label, QWidget *parent = nullptr);

    // `fraction` of the nominal capacity, 0..1 (more is drawn as full); `real` is the small print:
    // "8 real · 2.0×".
    void setUsage(double fraction, const QString &numbers, const QString &real);
    QString numbers() const { return m_numbers; }
    QString real() const { return m_real; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {160, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    QString m_label;
    QString m_numbers;
    QString m_real;
    double m_fraction = 0;
};

// "8 real · 2.0×": what stands behind a nominal capacity; empty: the machine has not told yet.
QString realWords(const QString &real, double nominal_to_real);

} // namespace slipway::views
