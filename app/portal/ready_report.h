// For measuring a start: says once when a person could begin to work.
#pragma once

#include "models/session/session.h"
#include "views/shell/main_window.h"

#include <QObject>
#include <QPointer>

namespace slipway::portal
{

// Emits `ready` once, when the fabric's state has arrived, is shown, and the first control of the
// page in view is enabled and painted with it.
class ReadyReport : public QObject
{
    Q_OBJECT

public:
    // Both outlive this. To be made before the session starts.
    ReadyReport(const models::Session &session, views::MainWindow &window);

Q_SIGNALS:
    void ready();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void look();

    const models::Session &m_session;
    views::MainWindow &m_window;
    QPointer<QWidget> m_control; // waited for
    bool m_said = false;
};

} // namespace slipway::portal
