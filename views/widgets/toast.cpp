#include "views/widgets/toast.h"

#include "views/widgets/buttons.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kToastWidth = 380;
constexpr int kLifeMs = 6000;
constexpr int kLifeOfTroubleMs = 15000;
constexpr int kToastsMax = 4;
constexpr int kMargin = 16;

} // namespace

Toast::Toast(const Theme &theme, models::Condition condition, const QString &text,
             const QString &action, std::function<void()> act, QWidget *parent)
    : QFrame(parent), m_theme(theme), m_condition(condition),
      m_text(new Label(theme, TextRole::Body, text))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(38, 10, 8, 10);
    m_text->setWordWrap(true);
    row->addWidget(m_text, 1);
    if (!action.isEmpty()) {
        auto *button = makeButton(theme, ButtonKind::Link, action);
        button->setObjectName(u"toastAction"_s);
        row->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, act = std::move(act)] {
            act();
            deleteLater();
        });
    }
    auto *close = makeIconButton(theme, u"close"_s, tr("Dismiss"));
    close->setObjectName(u"toastDismiss"_s);
    row->addWidget(close);
    connect(close, &QToolButton::clicked, this, &QObject::deleteLater);
    setFixedWidth(kToastWidth);
    setAccessibleName(text);
    m_life.setSingleShot(true);
    m_life.setInterval(condition == models::Condition::Failed ? kLifeOfTroubleMs : kLifeMs);
    connect(&m_life, &QTimer::timeout, this, &QObject::deleteLater);
    m_life.start();
}

void Toast::enterEvent(QEnterEvent *event)
{
    m_life.stop();
    QFrame::enterEvent(event);
}

void Toast::leaveEvent(QEvent *event)
{
    m_life.start();
    QFrame::leaveEvent(event);
}

void Toast::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme.tokens().line, 1));
    painter.setBrush(m_theme.tokens().surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10);
    m_theme.drawShape(painter, QRectF(15, height() / 2.0 - 5.5, 11, 11), m_condition);
}

ToastArea::ToastArea(const Theme &theme, QWidget *window)
    : QObject(window), m_theme(theme), m_window(window), m_area(window)
{
    window->installEventFilter(this);
}

void ToastArea::setArea(QWidget *area)
{
    m_area = area;
    area->installEventFilter(this);
}

void ToastArea::say(models::Condition condition, const QString &text, const QString &action,
                    std::function<void()> act)
{
    auto *toast = new Toast(m_theme, condition, text, action, std::move(act), m_window);
    m_toasts << toast;
    connect(toast, &QObject::destroyed, this, [this, toast] {
        m_toasts.removeOne(toast);
        place();
    });
    for (qsizetype i = 0; i + kToastsMax < m_toasts.size(); ++i) {
        m_toasts[i]->deleteLater();
    }
    toast->show();
    place();
}

QStringList ToastArea::texts() const
{
    QStringList texts;
    for (const auto *toast : m_toasts) {
        texts << toast->text();
    }
    return texts;
}

bool ToastArea::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize || event->type() == QEvent::Move) {
        place();
    }
    return QObject::eventFilter(watched, event);
}

void ToastArea::place()
{
    const int left = m_area->mapTo(m_window, QPoint(0, 0)).x() + space::kPageMargin;
    int bottom = m_window->height() - space::kBottomBarHeight - kMargin;
    for (auto toast = m_toasts.rbegin(); toast != m_toasts.rend(); ++toast) {
        // adjustSize() would take the height that the text needs in its hint's width.
        (*toast)->resize(kToastWidth, (*toast)->heightForWidth(kToastWidth));
        (*toast)->move(left, bottom - (*toast)->height());
        (*toast)->raise();
        bottom -= (*toast)->height() + 8;
    }
}

} // namespace slipway::views
