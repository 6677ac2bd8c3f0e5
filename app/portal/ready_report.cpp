#include "app/portal/ready_report.h"

#include <QEvent>
#include <QTimer>

namespace slipway::portal
{

namespace
{

// In the order of the Tab key; nullptr: nothing can be used yet.
QWidget *firstControl(views::Page &page)
{
    for (QWidget *next = page.nextInFocusChain(); next != nullptr && next != &page;
         next = next->nextInFocusChain()) {
        const bool takes_keys = (next->focusPolicy() & Qt::TabFocus) != 0;
        if (takes_keys && page.isAncestorOf(next) && next->isVisible() && next->isEnabled() &&
            !next->visibleRegion().isEmpty()) {
            return next;
        }
    }
    return nullptr;
}

} // namespace

ReadyReport::ReadyReport(const models::Session &session, views::MainWindow &window)
    : m_session(session), m_window(window)
{
    // Queued: the pages hear of the state first.
    connect(&session, &models::Session::stateChanged, this, &ReadyReport::look,
            Qt::QueuedConnection);
}

void ReadyReport::look()
{
    views::Page *page = m_window.currentPage();
    if (m_said || !m_session.isLive() || page == nullptr || m_control != nullptr) {
        return;
    }
    m_control = firstControl(*page);
    if (m_control == nullptr) {
        QTimer::singleShot(0, this, &ReadyReport::look);
        return;
    }
    m_control->installEventFilter(this);
    m_control->update();
}

bool ReadyReport::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Paint && watched == m_control && !m_said) {
        m_said = true;
        QTimer::singleShot(0, this, &ReadyReport::ready); // after the window's pixels went out
    }
    return QObject::eventFilter(watched, event);
}

} // namespace slipway::portal
