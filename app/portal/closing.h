// What happens when the window closes: asked once, remembered, and carried out in order.
#pragma once

#include "app/portal/embedded_fabric.h"
#include "models/base/gui_hop.h"
#include "models/session/session.h"
#include "models/settings/portal_settings.h"
#include "views/widgets/prompter.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <QWidget>
#include <memory>

namespace slipway::portal
{

class Closing : public QObject
{
    Q_OBJECT

public:
    // All of it outlives this.
    Closing(EmbeddedFabric &fabric, models::Session &session, models::PortalSettings &settings,
            views::Prompter &prompter, QWidget &window);
    ~Closing() override;

    // The window's close guard: false until everything is in order, then it closes by itself.
    bool mayClose();
    // The window is gone, or about to go, for good.
    bool isClosing() const { return m_leaving || m_done; }
    // A daemon takes over while the window stays; closed meanwhile, the program ends after it.
    void handOver();
    // Ends the fabric because somebody asked for it over the wire.
    void endFabric(bool keep_services);
    // Closes as the window does, without a question: somebody outside said that the portal ends.
    // Services are stopped where the settings remember that, and handed over otherwise.
    void endUnasked();

Q_SIGNALS:
    void trouble(const QString &text); // the daemon did not come up
    void finished();                   // nothing is left to do: quit

private:
    void ask();
    void close(bool keep_services);
    void leave();
    void startDaemon();
    void waitForDaemon();
    void giveUp(const QString &why);
    void finish();

    EmbeddedFabric &m_fabric;
    models::Session &m_session;
    models::PortalSettings &m_settings;
    views::Prompter &m_prompter;
    QWidget &m_window;
    std::shared_ptr<models::GuiHop> m_hop;
    bool m_asking = false;
    bool m_under_way = false; // the fabric ends, or a daemon takes over
    bool m_leaving = false;   // the program ends when that is done
    bool m_unasked = false;
    bool m_done = false;
    int m_daemon_pid = 0;
    QTimer m_poll;
    QElapsedTimer m_waited;
};

} // namespace slipway::portal
