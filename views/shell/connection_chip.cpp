#include "views/shell/connection_chip.h"

#include "models/base/words.h"
#include "views/widgets/plain_tip.h"

#include <QCoreApplication>
#include <QHBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;
using models::Session;

namespace
{

QString tr(const char *source)
{
    return QCoreApplication::translate("ConnectionChip", source);
}

Condition conditionOf(Session::State state)
{
    switch (state) {
    case Session::State::Live:
        return Condition::Ready;
    case Session::State::Connecting:
    case Session::State::Syncing:
        return Condition::OnItsWay;
    case Session::State::Stale:
        return Condition::Attention;
    case Session::State::Disconnected:
        return Condition::Stopped;
    }
    return Condition::Stopped;
}

} // namespace

QString connectionWords(const Session &session)
{
    switch (session.state()) {
    case Session::State::Live:
        return tr("live") + u" · "_s +
               models::plural(session.store().hosts().size(), "host", "hosts");
    case Session::State::Connecting:
        return tr("connecting");
    case Session::State::Syncing:
        return tr("reading");
    case Session::State::Stale:
        return tr("stale for %1")
            .arg(models::durationWords(session.nowMs() - session.staleSinceMs()));
    case Session::State::Disconnected:
        return tr("not connected");
    }
    return {};
}

ConnectionChip::ConnectionChip(const Theme &theme, const Session &session, QWidget *parent)
    : QWidget(parent), m_session(session), m_pill(new StatePill(theme)),
      m_words(Label::secondary(theme, TextRole::Body))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    m_pill->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); // the search field gives way
    row->addWidget(m_pill);
    row->addWidget(m_words);
    connect(&session, &Session::stateChanged, this, &ConnectionChip::refresh);
    connect(&session, &Session::statusChanged, this, &ConnectionChip::refresh);
    connect(&session.store(), &models::FabricStore::changed, this, &ConnectionChip::refresh);
    m_age_timer.setInterval(1000);
    connect(&m_age_timer, &QTimer::timeout, this, &ConnectionChip::refresh);
    refresh();
}

QString ConnectionChip::text() const
{
    return m_pill->words() + u", "_s + m_words->text();
}

void ConnectionChip::refresh()
{
    const auto name = m_session.isLocal() ? tr("Local fabric") : m_session.address();
    m_pill->setState(conditionOf(m_session.state()), name);
    m_words->setText(connectionWords(m_session));
    const bool ages = m_session.state() == Session::State::Stale;
    if (ages != m_age_timer.isActive()) {
        ages ? m_age_timer.start() : m_age_timer.stop();
    }
    const auto &status = m_session.status();
    setToolTip(
        status.fabric_id().empty()
            ? m_session.address()
            : plainTip(m_session.address() + u'\n' + models::text(status.isolation()) + u'\n' +
                       tr("Fabric %1, version %2")
                           .arg(models::text(status.fabric_id()), models::text(status.version()))));
}

} // namespace slipway::views
