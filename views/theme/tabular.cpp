#include "views/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

namespace slipway::views
{

namespace
{

qreal digitWidth(const QFontMetricsF &metrics)
{
    qreal widest = 0;
    for (char16_t digit = u'0'; digit <= u'9'; ++digit) {
        widest = qMax(widest, metrics.horizontalAdvance(QChar(digit)));
    }
    return widest;
}

qreal width(const QFontMetricsF &metrics, qreal digit, const QString &text)
{
    qreal sum = 0;
    for (const QChar character : text) {
        sum += character.isDigit() ? digit : metrics.horizontalAdvance(character);
    }
    return sum;
}

} // namespace

qreal tabularWidth(const QFont &font, const QString &text)
{
    const QFontMetricsF metrics(font);
    return width(metrics, digitWidth(metrics), text);
}

void drawTabular(QPainter &painter, const QRectF &box, Qt::Alignment alignment, const QString &text)
{
    const QFontMetricsF metrics(painter.font());
    const qreal digit = digitWidth(metrics);
    const qreal whole = width(metrics, digit, text);
    qreal x = box.left();
    if (alignment.testFlag(Qt::AlignRight)) {
        x = box.right() - whole;
    } else if (alignment.testFlag(Qt::AlignHCenter)) {
        x = box.center().x() - whole / 2;
    }
    const qreal y = box.center().y() + (metrics.ascent() - metrics.descent()) / 2;
    for (const QChar character : text) {
        const qreal own = metrics.horizontalAdvance(character);
        const qreal cell = character.isDigit() ? digit : own;
        painter.drawText(QPointF(x + (cell - own) / 2, y), QString(character));
        x += cell;
    }
}

} // namespace slipway::views
