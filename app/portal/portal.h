// The portal in a straight line: fabric, client, session, models, window; destroyed in reverse.
#pragma once

#include "app/portal/closing.h"
#include "app/portal/embedded_fabric.h"
#include "backend/client/fabric_client.h"
#include "backend/sys/clock.h"
#include "models/metrics/metric_hub.h"
#include "models/operations/operation_model.h"
#include "models/session/session.h"
#include "models/settings/portal_settings.h"
#include "views/shell/main_window.h"
#include "views/theme/theme.h"
#include "views/widgets/dialog_prompter.h"

namespace slipway::portal
{

struct PortalOptions {
    EmbeddedOptions fabric;
    std::string connect; // "127.0.0.1:port": be a client only; empty: the local socket
    QString settings_file;
};

class Portal : public QObject
{
    Q_OBJECT

public:
    explicit Portal(const PortalOptions &options);
    ~Portal() override;
    void show();
    void raise(); // nothing happens while it closes
    // Closes without a question. Any thread.
    void end();
    const models::Session &session() const { return m_session; }
    views::MainWindow &window() { return m_window; }

Q_SIGNALS:
    void finished(); // closed, with everything in order: the program may go

private:
    void startFabric();
    void startUnlessRunning();
    void onStarted(StartOutcome outcome, const v1::Error &error);
    void onShutdownAsked(const v1::ShutdownRequest &request);

    std::shared_ptr<models::GuiHop> m_hop;
    bool m_embeds;
    bool m_starting = false;
    EmbeddedFabric m_fabric;
    std::unique_ptr<client::FabricClient> m_client;
    sys::SystemClock m_clock;
    models::PortalSettings m_settings;
    models::FabricStore m_store;
    models::Session m_session;
    models::MetricHub m_metrics;
    models::OperationModel m_operations;
    views::Theme m_theme;
    views::DialogPrompter m_prompter;
    views::MainWindow m_window;
    Closing m_closing;
};

} // namespace slipway::portal
