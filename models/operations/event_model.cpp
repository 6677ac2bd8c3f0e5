#include "models/operations/event_model.h"

#include "models/base/words.h"

namespace slipway::models
{

using namespace Qt::StringLiterals;

namespace
{

bool fits(const std::string &wanted, const std::string &value)
{
    return wanted.empty() || wanted == value;
}

QString subjectOf(const v1::Event &event)
{
    QStringList parts;
    for (const auto *part : {&event.service(), &event.instance(), &event.host()}) {
        if (!part->empty()) {
            parts << text(*part);
        }
    }
    return parts.join(u" · "_s);
}

} // namespace

EventModel::EventModel(Session &session, Scope scope, QObject *parent)
    : KeyedTableModel(parent), m_session(session), m_scope(std::move(scope))
{
    const auto &store = session.store();
    connect(&store, &FabricStore::changed, this, [this](const StoreDelta &delta) {
        if (delta.snapshot) {
            reload();
        } else {
            append(delta.events);
        }
    });
    connect(&store, &FabricStore::staleChanged, this, [this](bool stale) { setStale(stale); });
    setStale(store.isStale());
    reload();
}

void EventModel::setScope(const Scope &scope)
{
    if (!(scope == m_scope)) {
        m_scope = scope;
        m_oldest = 0;
        m_has_older = true;
        reload();
    }
}

bool EventModel::belongs(const v1::Event &event) const
{
    return fits(m_scope.service, event.service()) &&
           fits(m_scope.deployment, event.deployment_id()) &&
           fits(m_scope.instance, event.instance()) && fits(m_scope.host, event.host());
}

void EventModel::append(const std::vector<v1::Event> &events)
{
    Batch batch;
    for (const auto &event : events) {
        if (belongs(event)) {
            batch.upserts.emplace_back(event.id(), event);
            m_oldest = m_oldest == 0 ? event.id() : std::min(m_oldest, event.id());
        }
    }
    applyBatch(std::move(batch));
    Batch surplus;
    for (int row = 0; row < rowCount() - kRowsMax; ++row) {
        surplus.removals.push_back(keyAt(row));
    }
    applyBatch(std::move(surplus));
}

void EventModel::reload()
{
    std::vector<Entry> entries;
    for (const auto &event : m_session.store().events()) {
        if (belongs(event)) {
            entries.emplace_back(event.id(), event);
        }
    }
    for (const auto &entry : entries) {
        m_oldest = m_oldest == 0 ? entry.first : std::min(m_oldest, entry.first);
    }
    applySnapshot(std::move(entries));
}

void EventModel::loadOlder()
{
    if (m_asking || !m_has_older) {
        m_again = m_asking;
        return;
    }
    m_asking = true;
    v1::EventsRequest request;
    request.set_service(m_scope.service);
    request.set_deployment_id(m_scope.deployment);
    request.set_instance(m_scope.instance);
    request.set_before_id(m_oldest);
    m_session.listEvents(request, this, [this, scope = m_scope](Result<v1::EventsReply> reply) {
        m_asking = false;
        const bool again = std::exchange(m_again, false);
        if (!(scope == m_scope) && again) {
            loadOlder(); // somebody asked for these meanwhile
        }
        if (!reply || !(scope == m_scope)) {
            return;
        }
        m_has_older = !reply->events().empty() && rowCount() < kRowsMax;
        append({reply->events().begin(), reply->events().end()});
    });
}

QString EventModel::sentence(const v1::Event &event)
{
    auto words = text(event.message());
    if (!event.cause().empty()) {
        words += u": "_s + text(event.cause());
    }
    if (!event.reaction().empty()) {
        words += u"; "_s + text(event.reaction());
    }
    return words;
}

bool EventModel::differs(const v1::Event &before, const v1::Event &after) const
{
    return before.revision() != after.revision();
}

QVariant EventModel::cell(const v1::Event &row, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        switch (Column(column)) {
        case Column::Time:
            return timeWords(row.time_ms());
        case Column::Message:
            return sentence(row);
        case Column::Subject:
            return subjectOf(row);
        case Column::Actor:
            return text(row.actor());
        }
        return {};
    case SortRole:
        return Column(column) == Column::Time ? QVariant(qulonglong(row.id()))
                                              : cell(row, column, Qt::DisplayRole);
    case KeyRole:
        return QString::number(row.id());
    case ConditionRole:
        return int(conditionOf(row.severity()));
    case TimeRole:
        return qint64(row.time_ms());
    case SearchRole:
        return QString(sentence(row) + u' ' + subjectOf(row) + u' ' + text(row.actor()));
    case Qt::ToolTipRole:
        return Column(column) == Column::Time ? dateTimeWords(row.time_ms()) : sentence(row);
    default:
        return {};
    }
}

QVariant EventModel::headerCell(int column, int role) const
{
    static constexpr const char *kTitles[] = {QT_TR_NOOP("Time"), QT_TR_NOOP("What happened"),
                                              QT_TR_NOOP("About"), QT_TR_NOOP("By")};
    return role == Qt::DisplayRole ? QVariant(tr(kTitles[column])) : QVariant();
}

} // namespace slipway::models
