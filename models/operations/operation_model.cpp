#include "models/operations/operation_model.h"

#include "models/base/words.h"

namespace slipway::models
{

using namespace Qt::StringLiterals;

OperationModel::OperationModel(const FabricStore &store, QObject *parent)
    : KeyedTableModel(parent), m_store(store)
{
    connect(&store, &FabricStore::changed, this, &OperationModel::onStoreChanged);
    connect(&store, &FabricStore::staleChanged, this, [this](bool stale) { setStale(stale); });
    setStale(store.isStale());
    StoreDelta all;
    for (const auto &entry : store.operations()) {
        all.operations.push_back(entry.first);
    }
    onStoreChanged(all);
}

void OperationModel::onStoreChanged(const StoreDelta &delta)
{
    if (delta.operations.empty()) {
        return;
    }
    Batch batch;
    std::vector<Ref<v1::Operation>> ended;
    for (const auto &id : delta.operations) {
        const auto operation = m_store.operation(id);
        if (operation == nullptr) {
            batch.removals.push_back(id);
            continue;
        }
        const auto *before = find(id);
        if (before != nullptr && (*before)->state() == v1::Operation::Running &&
            operation->state() != v1::Operation::Running) {
            ended.push_back(operation);
        }
        batch.upserts.emplace_back(id, operation);
    }
    applyBatch(std::move(batch));
    m_running = 0;
    for (int row = 0; row < rowCount(); ++row) {
        m_running += rowAt(row)->state() == v1::Operation::Running ? 1 : 0;
    }
    Q_EMIT runningChanged();
    for (const auto &operation : ended) {
        Q_EMIT finished(*operation);
    }
}

void OperationModel::addOlder(const std::vector<v1::Operation> &operations)
{
    Batch batch;
    for (const auto &operation : operations) {
        if (m_store.operation(operation.id()) == nullptr) {
            batch.upserts.emplace_back(operation.id(), std::make_shared<v1::Operation>(operation));
        }
    }
    applyBatch(std::move(batch));
}

Ref<v1::Operation> OperationModel::oldest() const
{
    Ref<v1::Operation> oldest;
    for (int row = 0; row < rowCount(); ++row) {
        const auto &operation = rowAt(row);
        const bool follows = oldest == nullptr ||
                             operation->start_time_ms() < oldest->start_time_ms() ||
                             (operation->start_time_ms() == oldest->start_time_ms() &&
                              operation->id() > oldest->id());
        if (follows) {
            oldest = operation;
        }
    }
    return oldest;
}

Ref<v1::Operation> OperationModel::newestRunning() const
{
    Ref<v1::Operation> newest;
    for (int row = 0; row < rowCount(); ++row) {
        const auto &operation = rowAt(row);
        if (operation->state() == v1::Operation::Running &&
            (newest == nullptr || operation->start_time_ms() > newest->start_time_ms())) {
            newest = operation;
        }
    }
    return newest;
}

bool OperationModel::differs(const Ref<v1::Operation> &before,
                             const Ref<v1::Operation> &after) const
{
    return before != after;
}

QVariant OperationModel::cell(const Ref<v1::Operation> &row, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return textOf(*row, Column(column));
    case SortRole:
        return sortValue(*row, Column(column));
    case KeyRole:
        return text(row->id());
    case ConditionRole:
        return int(conditionOf(row->state()));
    case ReasonRole:
        return text(row->error().message());
    case TimeRole:
        return qint64(row->start_time_ms());
    case FractionRole:
        return Column(column) == Column::Progress ? QVariant(row->progress_permille() / 1000.0)
                                                  : QVariant();
    case SearchRole:
        return QString(text(row->title()) + u' ' + stateWord(row->state()) + u' ' +
                       text(row->service()) + u' ' + text(row->actor()) + u' ' + text(row->kind()));
    case Qt::ToolTipRole:
        return row->has_error() ? QVariant(text(row->error().message())) : QVariant();
    default:
        return {};
    }
}

QVariant OperationModel::textOf(const v1::Operation &row, Column column) const
{
    switch (column) {
    case Column::Title:
        return text(row.title());
    case Column::State:
        return stateWord(row.state());
    case Column::Phase:
        return text(row.has_error() ? row.error().message() : row.phase());
    case Column::Progress:
        return percentWords(row.progress_permille());
    case Column::Service:
        return text(row.service());
    case Column::Actor:
        return text(row.actor());
    case Column::Started:
        return {}; // the delegate writes the age of TimeRole
    case Column::Duration:
        // One that is told of only when it is done (an upload, a create) took what nobody measured.
        return row.end_time_ms() <= row.start_time_ms()
                   ? u"–"_s
                   : spanWords(row.end_time_ms() - row.start_time_ms());
    }
    return {};
}

QVariant OperationModel::sortValue(const v1::Operation &row, Column column) const
{
    constexpr qint64 kRunningFirst = qint64(1) << 52;
    switch (column) {
    case Column::State:
        return -int(conditionOf(row.state()));
    case Column::Progress:
        return row.progress_permille();
    case Column::Started:
        return qint64(row.start_time_ms()) +
               (row.state() == v1::Operation::Running ? kRunningFirst : 0);
    case Column::Duration:
        return qint64(row.end_time_ms() - row.start_time_ms());
    case Column::Title:
    case Column::Phase:
    case Column::Service:
    case Column::Actor:
        return textOf(row, column);
    }
    return {};
}

QVariant OperationModel::headerCell(int column, int role) const
{
    static constexpr const char *kTitles[] = {
        QT_TR_NOOP("Operation"), QT_TR_NOOP("State"), QT_TR_NOOP("Phase"),   QT_TR_NOOP("Progress"),
        QT_TR_NOOP("Service"),   QT_TR_NOOP("By"),    QT_TR_NOOP("Started"), QT_TR_NOOP("Took"),
    };
    return role == Qt::DisplayRole ? QVariant(tr(kTitles[column])) : QVariant();
}

} // namespace slipway::models
