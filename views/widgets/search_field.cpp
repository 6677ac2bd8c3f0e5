#include "views/widgets/search_field.h"

#include <QAction>
#include <QKeyEvent>
#include <QPainter>

namespace slipway::views
{

using namespace Qt::StringLiterals;

SearchField::SearchField(const Theme &theme, const QString &placeholder, QWidget *parent)
    : QLineEdit(parent), m_theme(theme), m_lens(new QAction(this))
{
    setPlaceholderText(placeholder);
    setAccessibleName(placeholder);
    const auto paint = [this] {
        m_lens->setIcon(m_theme.icon(u"search"_s, m_theme.tokens().secondary));
    };
    connect(&theme, &Theme::changed, this, paint);
    paint();
    addAction(m_lens, LeadingPosition);
}

void SearchField::setHint(const QString &key)
{
    m_hint = key;
    update();
}

void SearchField::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && !text().isEmpty()) {
        clear();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

void SearchField::paintEvent(QPaintEvent *event)
{
    QLineEdit::paintEvent(event);
    if (m_hint.isEmpty() || !text().isEmpty() || hasFocus()) {
        return;
    }
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_theme.font(TextRole::Label));
    const auto wide = painter.fontMetrics().horizontalAdvance(m_hint) + 12;
    const QRectF key(width() - wide - 8, height() / 2.0 - 10, wide, 20);
    painter.setPen(QPen(m_theme.tokens().line, 1));
    painter.setBrush(m_theme.tokens().background);
    painter.drawRoundedRect(key.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    painter.setPen(m_theme.tokens().secondary);
    painter.drawText(key, Qt::AlignCenter, m_hint);
}

} // namespace slipway::views
