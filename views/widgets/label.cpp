#include "views/widgets/label.h"

#include "views/widgets/plain_tip.h"

#include <QPainter>
#include <QStyle>

namespace slipway::views
{

Label::Label(const Theme &theme, TextRole role, const QString &text, QWidget *parent)
    : QLabel(text, parent)
{
    setFont(theme.font(role));
    setTextFormat(Qt::PlainText);
    connect(&theme, &Theme::changed, this, [this, &theme, role] { setFont(theme.font(role)); });
}

Label *Label::secondary(const Theme &theme, TextRole role, const QString &text, QWidget *parent)
{
    auto *label = new Label(theme, role, text, parent);
    label->setProperty("secondary", true);
    return label;
}

void Label::setTone(const QString &tone)
{
    if (property("tone").toString() != tone) {
        setProperty("tone", tone);
        style()->unpolish(this);
        style()->polish(this);
    }
}

void Label::setElided(bool elided, Qt::TextElideMode mode)
{
    m_elided = elided;
    m_mode = mode;
    updateGeometry();
}

QSize Label::minimumSizeHint() const
{
    return m_elided ? QSize(24, QLabel::minimumSizeHint().height()) : QLabel::minimumSizeHint();
}

void Label::paintEvent(QPaintEvent *event)
{
    if (!m_elided || fontMetrics().horizontalAdvance(text()) <= contentsRect().width()) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    const auto shown = fontMetrics().elidedText(text(), m_mode, contentsRect().width());
    if (const auto tip = plainTip(text()); toolTip() != tip) {
        setToolTip(tip);
    }
    style()->drawItemText(&painter, contentsRect(), int(alignment()), palette(), isEnabled(), shown,
                          foregroundRole());
}

} // namespace slipway::views
