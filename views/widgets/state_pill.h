// A state as colour, shape and word.
#pragma once

#include "views/theme/theme.h"

#include <QWidget>

namespace slipway::views
{

class StatePill : public QWidget
{
    Q_OBJECT

public:
    explicit StatePill(const Theme &theme, QWidget *parent = nullptr);
    void setState(models::Condition condition, const QString &words);
    void setHealth(const models::Health &health); // its whole words

    QString words() const { return m_words; }
    models::Condition condition() const { return m_condition; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    models::Condition m_condition = models::Condition::Stopped;
    QString m_words;
};

// For delegates: draws a pill at the left of `box`, vertically centred; returns its width.
qreal drawPill(QPainter &painter, const Theme &theme, const QRectF &box,
               models::Condition condition, const QString &words);
qreal pillWidth(const Theme &theme, const QString &words);

} // namespace slipway::views
