// A few choices side by side, one of them chosen; arrow keys move.
#pragma once

#include "views/theme/theme.h"

#include <QWidget>

namespace slipway::views
{

class SegmentedControl : public QWidget
{
    Q_OBJECT

public:
    SegmentedControl(const Theme &theme, const QStringList &choices, QWidget *parent = nullptr);
    int current() const { return m_current; }
    void setCurrent(int index); // emits when it changes
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override; // the same texts, closer together

Q_SIGNALS:
    void currentChanged(int index);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    qreal segmentWidth(int side) const;
    QSize sizeFor(int side) const;

    const Theme &m_theme;
    QStringList m_choices;
    int m_current = 0;
};

} // namespace slipway::views
