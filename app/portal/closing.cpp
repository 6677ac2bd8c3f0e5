#include "app/portal/closing.h"

#include "models/base/words.h"

namespace slipway::portal
{

using OnClose = models::PortalSettings::OnClose;
using views::Answer;

namespace
{

constexpr int kPollMs = 100;
constexpr int kDaemonReadyMs = 15'000;

} // namespace

Closing::Closing(EmbeddedFabric &fabric, models::Session &session, models::PortalSettings &settings,
                 views::Prompter &prompter, QWidget &window)
    : m_fabric(fabric), m_session(session), m_settings(settings), m_prompter(prompter),
      m_window(window), m_hop(std::make_shared<models::GuiHop>(this))
{
    m_poll.setInterval(kPollMs);
    connect(&m_poll, &QTimer::timeout, this, &Closing::waitForDaemon);
}

Closing::~Closing()
{
    m_hop->close();
}

bool Closing::mayClose()
{
    if (m_done) {
        return true;
    }
    if (m_under_way) {
        leave(); // a fabric that is ending does not run any more: the script ends it
        return false;
    }
    if (m_asking) {
        return false;
    }
    if (!m_fabric.isRunning()) {
        finish();
        return true;
    }
    const bool empty = m_session.store().deployments().empty();
    if (empty || m_settings.onClose() == OnClose::StopServices) {
        close(false);
    } else if (m_settings.onClose() == OnClose::KeepServices) {
        close(true);
    } else {
        ask();
    }
    return false;
}

void Closing::ask()
{
    m_asking = true;
    views::Question question;
    question.title = tr("Close Slipway?");
    question.text = tr("Your services run inside this program. They can go on without the window, "
                       "in the background, or be stopped until you start Slipway again.");
    question.accept = tr("Let them go on");
    question.third = tr("Stop services");
    question.remember = tr("Remember my answer (Settings can change it)");
    m_prompter.ask(question, this, [this](const Answer &answer) {
        m_asking = false;
        if (answer.choice == Answer::Refused) {
            return;
        }
        if (m_under_way) {
            leave();
            return;
        }
        const bool keep = answer.choice == Answer::Accepted;
        if (answer.remember) {
            m_settings.setOnClose(keep ? OnClose::KeepServices : OnClose::StopServices);
        }
        m_fabric.isRunning() ? close(keep) : finish();
    });
}

// The window goes at once; the program follows when everything is in order.
void Closing::leave()
{
    m_leaving = true;
    m_window.hide();
}

// The script: the window goes, streams end, the fabric ends, and where services go on a daemon is
// proven ready before this process leaves.
void Closing::close(bool keep_services)
{
    m_under_way = true;
    leave();
    if (!keep_services) {
        m_session.stop();
    }
    m_fabric.stop(keep_services, [hop = m_hop, this, keep_services] {
        hop->post([this, keep_services] { keep_services ? startDaemon() : finish(); });
    });
}

void Closing::handOver()
{
    if (m_under_way || m_done) {
        return; // it ends already, as the settings say
    }
    m_under_way = true;
    m_fabric.stop(true, [hop = m_hop, this] { hop->post([this] { startDaemon(); }); });
}

void Closing::endFabric(bool keep_services)
{
    m_fabric.stop(keep_services, [] {});
}

void Closing::endUnasked()
{
    if (m_done) {
        return;
    }
    m_unasked = true;
    if (m_under_way) {
        leave();
        return;
    }
    if (!m_fabric.isRunning()) {
        finish();
        return;
    }
    const bool empty = m_session.store().deployments().empty();
    close(!empty && m_settings.onClose() != OnClose::StopServices);
}

void Closing::startDaemon()
{
    const auto pid = m_fabric.startDaemon();
    if (!pid) {
        giveUp(models::text(pid.error().message()));
        return;
    }
    m_daemon_pid = *pid;
    m_waited.start();
    m_poll.start();
    m_session.reconnectNow();
}

void Closing::waitForDaemon()
{
    const bool ready = m_session.isLive() && m_session.status().controller_pid() == m_daemon_pid;
    if (!ready && m_waited.elapsed() < kDaemonReadyMs) {
        return;
    }
    m_poll.stop();
    if (!ready) {
        giveUp(tr("The background fabric did not answer within 15 s. Services still run; "
                  "start Slipway again to look after them."));
    } else if (m_leaving) {
        finish();
    } else {
        m_under_way = false;
    }
}

// The window comes back to say so; where nobody asked for a window, services go on without us.
void Closing::giveUp(const QString &why)
{
    if (m_unasked) {
        finish();
        return;
    }
    m_under_way = false;
    m_leaving = false;
    m_window.show();
    Q_EMIT trouble(why);
}

void Closing::finish()
{
    if (!std::exchange(m_done, true)) {
        m_session.stop();
        Q_EMIT finished();
    }
}

} // namespace slipway::portal
