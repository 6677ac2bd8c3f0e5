#include "views/widgets/card.h"

#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

namespace slipway::views
{

Card::Card(const Theme &theme, const QString &title, QWidget *parent)
    : QFrame(parent), m_title(new Label(theme, TextRole::Strong)), m_title_row(new QHBoxLayout),
      m_body(new QVBoxLayout)
{
    setProperty("card", true);
    setAttribute(Qt::WA_StyledBackground);
    auto *whole = new QVBoxLayout(this);
    whole->setContentsMargins(1, 1, 1, 1);
    whole->setSpacing(0);
    m_title_row->setContentsMargins(space::kCardPadding, 14, 14, 4);
    m_title_row->setSpacing(8);
    m_title_row->addWidget(m_title);
    m_title_row->addStretch(1);
    m_body->setContentsMargins(space::kCardPadding, 14, space::kCardPadding, 16);
    m_body->setSpacing(8);
    whole->addLayout(m_title_row);
    whole->addLayout(m_body, 1);
    setTitle(title);
}

void Card::setTitle(const QString &title)
{
    m_title->setText(title);
    m_title->setVisible(!title.isEmpty());
    m_title_row->setContentsMargins(space::kCardPadding, title.isEmpty() ? 0 : 14, 14,
                                    title.isEmpty() ? 0 : 4);
}

void Card::setEdge(const QColor &color)
{
    m_edge = color;
    update();
}

void Card::setBodyMargins(int margin_px)
{
    m_body->setContentsMargins(margin_px, margin_px, margin_px, margin_px);
}

void Card::paintEvent(QPaintEvent *event)
{
    QFrame::paintEvent(event);
    if (!m_edge.isValid()) {
        return;
    }
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath rounded;
    rounded.addRoundedRect(QRectF(rect()), space::kCardRadius, space::kCardRadius);
    painter.setClipPath(rounded);
    painter.fillRect(QRectF(0, 0, 4, height()), m_edge);
}

} // namespace slipway::views
