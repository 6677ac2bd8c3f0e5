#include "views/widgets/banner.h"

#include "views/widgets/buttons.h"

#include <QHBoxLayout>
#include <QPainter>

namespace slipway::views
{

Banner::Banner(const Theme &theme, QWidget *parent)
    : QFrame(parent), m_theme(theme), m_text(new Label(theme, TextRole::Body)),
      m_action(makeButton(theme, ButtonKind::Link, {}))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(36, 7, 8, 7);
    m_text->setWordWrap(true);
    m_action->setObjectName(QStringLiteral("bannerAction"));
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row->addWidget(m_text, 1);
    row->addWidget(m_action);
    connect(m_action, &QPushButton::clicked, this, &Banner::actionClicked);
    connect(&theme, &Theme::changed, this, [this] { update(); });
    hide();
}

void Banner::say(models::Condition condition, const QString &text, const QString &action)
{
    m_condition = condition;
    m_text->setText(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    show();
    update();
}

void Banner::clear()
{
    m_text->clear();
    hide();
}

QString Banner::text() const
{
    return m_text->text();
}

void Banner::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    auto edge = m_theme.color(m_condition);
    edge.setAlphaF(0.35F);
    painter.setPen(QPen(edge, 1));
    painter.setBrush(m_theme.tint(m_condition));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), space::kControlRadius,
                            space::kControlRadius);
    m_theme.drawShape(painter, QRectF(14, height() / 2.0 - 5.5, 11, 11), m_condition);
}

} // namespace slipway::views
