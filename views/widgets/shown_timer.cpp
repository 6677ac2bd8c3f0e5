#include "views/widgets/shown_timer.h"

#include <QEvent>

namespace slipway::views
{

namespace
{
constexpr int kPeriodMs = 1000;
} // namespace

ShownTimer::ShownTimer(QWidget *widget) : QTimer(widget)
{
    setInterval(kPeriodMs);
    widget->installEventFilter(this);
}

bool ShownTimer::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == parent() && event->type() == QEvent::Show) {
        start();
    } else if (watched == parent() && event->type() == QEvent::Hide) {
        stop();
    }
    return QTimer::eventFilter(watched, event);
}

} // namespace slipway::views
