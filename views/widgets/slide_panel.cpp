#include "views/widgets/slide_panel.h"

#include "views/widgets/buttons.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QPropertyAnimation>
#include <QScrollArea>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kSlideMs = 140;
constexpr int kShadow = 12; // what lies under the panel shows through it

} // namespace

SlidePanel::SlidePanel(const Theme &theme, const QString &title, int width_px, QWidget *parent)
    : QFrame(parent), m_theme(theme), m_title(new Label(theme, TextRole::CardTitle, title)),
      m_body(nullptr), m_footer(new QHBoxLayout),
      m_slide(new QPropertyAnimation(this, "pos", this)), m_width(width_px)
{
    auto *close = makeIconButton(theme, u"close"_s, tr("Close (Esc)"));
    close->setObjectName(u"closePanel"_s);
    auto *head = new QHBoxLayout;
    head->setContentsMargins(24, 16, 12, 8);
    m_title->setElided(true);
    head->addWidget(m_title, 1);
    head->addWidget(close);
    auto *scrolled = new QWidget;
    scrolled->setObjectName(u"scrolled"_s);
    m_body = new QVBoxLayout(scrolled);
    m_body->setContentsMargins(24, 4, 24, 12);
    m_body->setSpacing(12);
    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(scrolled);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_footer->setContentsMargins(24, 12, 24, 16);
    m_footer->setSpacing(8);
    m_footer->addStretch(1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(kShadow + 1, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(head);
    column->addWidget(scroll, 1);
    column->addLayout(m_footer);
    connect(close, &QToolButton::clicked, this, &SlidePanel::closePanel);
    m_slide->setDuration(kSlideMs);
    m_slide->setEasingCurve(QEasingCurve::OutCubic);
    parent->installEventFilter(this);
    hide();
}

void SlidePanel::setTitle(const QString &title)
{
    m_title->setText(title);
}

void SlidePanel::place()
{
    const auto width = qMin(m_width + kShadow, parentWidget()->width());
    resize(width, parentWidget()->height());
    move(parentWidget()->width() - width, 0);
}

void SlidePanel::openPanel()
{
    if (!m_open) {
        m_keys_before = QApplication::focusWidget();
    }
    place();
    m_open = true;
    m_slide->stop();
    m_slide->setStartValue(pos() + QPoint(40, 0));
    m_slide->setEndValue(pos());
    show();
    raise();
    setFocus();
    m_slide->start();
}

void SlidePanel::closePanel()
{
    if (std::exchange(m_open, false)) {
        m_slide->stop();
        const bool had_keys = hasFocus() || isAncestorOf(QApplication::focusWidget());
        hide();
        if (had_keys && m_keys_before != nullptr && m_keys_before->isVisible()) {
            m_keys_before->setFocus(Qt::OtherFocusReason);
        }
        Q_EMIT closed();
    }
}

bool SlidePanel::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize && m_open) {
        m_slide->stop();
        place();
    }
    return QFrame::eventFilter(watched, event);
}

void SlidePanel::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape) {
        closePanel();
        return;
    }
    QFrame::keyPressEvent(event);
}

bool SlidePanel::focusNextPrevChild(bool next)
{
    auto *from = QApplication::focusWidget();
    if (!m_open || from == nullptr || (from != this && !isAncestorOf(from))) {
        return QFrame::focusNextPrevChild(next);
    }
    const auto step = [next](QWidget *widget) {
        return next ? widget->nextInFocusChain() : widget->previousInFocusChain();
    };
    for (auto *widget = step(from); widget != from; widget = step(widget)) {
        const bool takes = (widget->focusPolicy() & Qt::TabFocus) == Qt::TabFocus &&
                           widget->focusProxy() == nullptr;
        if (isAncestorOf(widget) && takes && widget->isEnabled() && widget->isVisibleTo(this)) {
            widget->setFocus(next ? Qt::TabFocusReason : Qt::BacktabFocusReason);
            break;
        }
    }
    return true;
}

void SlidePanel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    QLinearGradient shadow(0, 0, kShadow, 0);
    auto shade = m_theme.tokens().shadow;
    shadow.setColorAt(1, shade);
    shade.setAlpha(0);
    shadow.setColorAt(0, shade);
    painter.fillRect(QRect(0, 0, kShadow, height()), shadow);
    painter.fillRect(rect().adjusted(kShadow, 0, 0, 0), m_theme.tokens().surface);
    painter.fillRect(QRect(kShadow, 0, 1, height()), m_theme.tokens().line);
}

} // namespace slipway::views
