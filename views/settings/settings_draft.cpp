#include "views/settings/settings_draft.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "views/widgets/navigator.h"

#include <google/protobuf/util/message_differencer.h>

namespace slipway::views
{

using google::protobuf::util::MessageDifferencer;
using models::Condition;

SettingsDraft::SettingsDraft(PageContext &context) : m_context(context)
{
    connect(&context.store, &models::FabricStore::changed, this,
            [this](const models::StoreDelta &delta) {
                if (delta.settings || delta.snapshot) {
                    onStoreChanged();
                }
            });
    connect(&context.session, &models::Session::stateChanged, this, &SettingsDraft::changed);
    if (context.store.revision() > 0) {
        load();
    }
}

void SettingsDraft::edit(const std::function<void(v1::Settings &)> &change)
{
    change(m_value);
    m_refusal.clear();
    Q_EMIT changed();
}

void SettingsDraft::setProblem(const QString &field, const QString &problem)
{
    if (problem.isEmpty()) {
        m_problems.remove(field);
    } else {
        m_problems[field] = problem;
    }
    Q_EMIT changed();
}

bool SettingsDraft::isDirty() const
{
    return !m_problems.isEmpty() || !MessageDifferencer::Equals(m_value, m_base);
}

bool SettingsDraft::canSave() const
{
    return m_known && isDirty() && m_problems.isEmpty() && !m_saving && m_context.session.isLive();
}

QString SettingsDraft::problem() const
{
    if (!m_problems.isEmpty()) {
        auto fields = m_problems.keys();
        fields.sort();
        return m_problems[fields.first()];
    }
    return m_refusal;
}

QStringList SettingsDraft::changes() const
{
    struct Part {
        QString name;
        bool differs;
    };
    const auto &a = m_base;
    const auto &b = m_value;
    const Part parts[] = {
        {tr("drain limit"), a.drain_limit_ms() != b.drain_limit_ms()},
        {tr("stop time (person)"), a.stop_grace_ms() != b.stop_grace_ms()},
        {tr("stop time (fabric)"), a.fabric_stop_grace_ms() != b.fabric_stop_grace_ms()},
        {tr("log limit"), a.log_limit_bytes() != b.log_limit_bytes()},
        {tr("crash rule"),
         a.crash_limit() != b.crash_limit() || a.crash_window_ms() != b.crash_window_ms()},
        {tr("time to stay ready"), a.ready_least_ms() != b.ready_least_ms()},
        {tr("return of hosts"), a.host_rejoin_ms() != b.host_rejoin_ms()},
        {tr("hosts"), a.host_count() != b.host_count()},
        {tr("fault domains"), a.fault_domain_count() != b.fault_domain_count()},
        {tr("host capacity"),
         a.host_cores() != b.host_cores() || a.host_memory_bytes() != b.host_memory_bytes()},
        {tr("isolation"), a.accept_no_isolation() != b.accept_no_isolation()},
        {tr("history"), a.history_days() != b.history_days() ||
                            a.history_rows() != b.history_rows() ||
                            a.snapshots_kept() != b.snapshots_kept()},
        {tr("currency"), a.currency() != b.currency()},
    };
    QStringList names;
    for (const auto &part : parts) {
        if (part.differs) {
            names << part.name;
        }
    }
    v1::Settings prices = b;
    *prices.mutable_prices() = a.prices();
    if (!MessageDifferencer::Equals(prices, b)) {
        names << tr("prices");
    }
    return names;
}

void SettingsDraft::save()
{
    if (!canSave()) {
        return;
    }
    m_saving = true;
    m_refusal.clear();
    Q_EMIT changed();
    auto wanted = m_value;
    wanted.set_revision(m_base.revision());
    m_context.session.execute(models::commands::updateSettings(wanted), this,
                              [this](const Result<v1::CommandReply> &reply) { onAnswer(reply); });
}

void SettingsDraft::onAnswer(const Result<v1::CommandReply> &reply)
{
    m_saving = false;
    if (!reply) {
        m_overtaken = m_overtaken || reply.error().code() == v1::Error::ABORTED;
        m_refusal = models::text(reply.error().message());
        Q_EMIT changed();
        return;
    }
    // The new revision comes over the watch; until then what was sent is what the fabric has.
    const auto revision = m_base.revision();
    m_base = m_value;
    m_base.set_revision(std::max(revision, m_context.store.settings().revision()));
    m_value = m_base;
    if (m_context.store.settings().revision() > revision) {
        load();
    }
    m_context.navigator.notify(Condition::Ready, tr("Settings saved"));
    Q_EMIT changed();
}

void SettingsDraft::discard()
{
    load();
}

void SettingsDraft::load()
{
    m_base = m_context.store.settings();
    m_value = m_base;
    m_problems.clear();
    m_refusal.clear();
    m_known = true;
    m_overtaken = false;
    Q_EMIT reloaded();
    Q_EMIT changed();
}

void SettingsDraft::onStoreChanged()
{
    if (!m_known || (!isDirty() && !m_saving)) {
        load();
        return;
    }
    const auto &theirs = m_context.store.settings();
    if (m_saving || theirs.revision() == m_base.revision()) {
        return;
    }
    auto same = theirs;
    same.set_revision(m_base.revision());
    m_overtaken = m_overtaken || !MessageDifferencer::Equals(same, m_base);
    if (!m_overtaken) { // what was saved a moment ago, with its new revision
        m_base.set_revision(theirs.revision());
        m_value.set_revision(theirs.revision());
    }
    Q_EMIT changed();
}

} // namespace slipway::views
