#include "app/portal/portal.h"

#include "app/portal/folder_packing.h"
#include "app/portal/pages.h"
#include "backend/client/connect.h"
#include "backend/sys/paths.h"
#include "models/base/words.h"

#include <QTimer>

namespace slipway::portal
{

using models::Condition;

namespace
{

constexpr int kAttachMs = 3000;

std::string addressOf(const PortalOptions &options)
{
    return options.connect.empty() ? "unix:" + options.fabric.socket.string() : options.connect;
}

// Beside the program in a build, under share/ when installed.
QString samplesFolder()
{
    const auto root = sys::programFolder().parent_path();
    const auto installed = root / "share" / "slipway" / "samples";
    std::error_code missing;
    const bool is_installed = std::filesystem::is_directory(installed, missing);
    return models::text((is_installed ? installed : root / "samples").string());
}

} // namespace

Portal::Portal(const PortalOptions &options)
    : m_hop(std::make_shared<models::GuiHop>(this)), m_embeds(options.connect.empty()),
      m_fabric(options.fabric), m_client(client::connect(addressOf(options))),
      m_settings(options.settings_file), m_session(*m_client, m_store, m_clock),
      m_metrics(m_session), m_operations(m_store), m_theme(m_settings), m_prompter(m_theme),
      m_window({m_session, m_store, m_metrics, m_operations, m_settings, m_theme, m_prompter,
                makeFolderPacking(m_hop), samplesFolder()},
               makePages()),
      m_closing(m_fabric, m_session, m_settings, m_prompter, m_window)
{
    m_prompter.setWindow(&m_window);
    connect(&m_window, &views::MainWindow::reconnectAsked, this, &Portal::startUnlessRunning);
    m_window.setCloseGuard([this] { return m_closing.mayClose(); });
    connect(&m_closing, &Closing::trouble, this,
            [this](const QString &text) { m_window.setFabricTrouble(text); });
    connect(&m_closing, &Closing::finished, this, &Portal::finished, Qt::QueuedConnection);
}

Portal::~Portal()
{
    m_hop->close();
    m_session.stop();
}

void Portal::show()
{
    m_theme.install();
    m_window.openFirstPlace();
    m_window.show();
    m_session.start();
    if (m_embeds) {
        startFabric();
    }
}

void Portal::raise()
{
    if (!m_closing.isClosing()) {
        m_window.raiseToFront();
    }
}

void Portal::end()
{
    m_hop->post([this] { m_closing.endUnasked(); });
}

// The fabric that this portal was a client of is gone, or never answered.
void Portal::startUnlessRunning()
{
    if (m_embeds && !m_starting && !m_fabric.isRunning() && !m_session.isLive() &&
        !m_closing.isClosing()) {
        startFabric();
    }
}

void Portal::startFabric()
{
    m_starting = true;
    m_fabric.start(
        [hop = m_hop, this](StartOutcome outcome, const v1::Error &error) {
            hop->post([this, outcome, error] { onStarted(outcome, error); });
        },
        [hop = m_hop, this](const v1::ShutdownRequest &request) {
            hop->post([this, request] { onShutdownAsked(request); });
        });
}

void Portal::onStarted(StartOutcome outcome, const v1::Error &error)
{
    m_starting = false;
    m_session.reconnectNow();
    if (outcome == StartOutcome::Failed) {
        m_window.setFabricTrouble(
            tr("The fabric could not be started: %1").arg(models::text(error.message())));
    } else if (outcome == StartOutcome::Attach) {
        // The other one answers soon, unless something is wrong with it. When it is gone, its place
        // is free.
        QTimer::singleShot(kAttachMs, this, [this, held = models::text(error.message())] {
            if (!m_session.isLive()) {
                m_window.setFabricTrouble(held);
                startUnlessRunning();
            }
        });
    } else {
        m_window.setFabricTrouble({});
    }
}

void Portal::onShutdownAsked(const v1::ShutdownRequest &request)
{
    if (request.hand_over()) {
        m_closing.handOver();
    } else {
        m_closing.endFabric(request.keep_services());
        m_window.notify(Condition::Attention, tr("The fabric was stopped from outside."));
    }
}

} // namespace slipway::portal
