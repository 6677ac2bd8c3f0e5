#include "views/activity/operation_filters.h"

#include "models/base/words.h"
#include "views/widgets/data_table.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSet>
#include <QSignalBlocker>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

constexpr int kComboWidth = 168;
constexpr int kComboWidthMin = 112;
constexpr int kTextWidthMin = 150;
enum StateChoice { All, Running, Succeeded, Failed };

// The first entry, without data, means "all"; the choice survives.
void refill(QComboBox &box, const QString &all, QStringList names)
{
    names.sort(Qt::CaseInsensitive);
    const auto chosen = box.currentData().toString();
    if (!chosen.isEmpty() && !names.contains(chosen)) {
        names << chosen;
    }
    const QSignalBlocker blocker(box);
    box.clear();
    box.addItem(all, QString());
    for (const auto &name : names) {
        box.addItem(name, name);
    }
    box.setCurrentIndex(qMax(0, box.findData(chosen)));
}

QComboBox *makeCombo(const QString &name, const QString &accessible)
{
    auto *box = new QComboBox;
    box->setObjectName(name);
    box->setAccessibleName(accessible);
    box->setMinimumWidth(kComboWidthMin);
    box->setMaximumWidth(kComboWidth);
    box->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    return box;
}

} // namespace

OperationFilters::OperationFilters(const Theme &theme, const models::FabricStore &store,
                                   const models::OperationModel &model)
    : m_store(store), m_model(model), m_text(new SearchField(theme, tr("Filter operations"))),
      m_state(new SegmentedControl(theme, {tr("All"), tr("Running"), tr("Done"), tr("Failed")})),
      m_service(makeCombo(u"serviceFilter"_s, tr("Service"))),
      m_kind(makeCombo(u"kindFilter"_s, tr("Kind of operation")))
{
    m_text->setObjectName(u"activityFilter"_s);
    m_text->setHint(u"/"_s);
    m_state->setObjectName(u"stateFilter"_s);
    m_state->setAccessibleName(tr("Operations in which state"));
    m_state->setToolTip(tr("Failed includes cancelled operations"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_text->setMinimumWidth(kTextWidthMin);
    row->addWidget(m_text, 3);
    row->addWidget(m_service, 2);
    row->addWidget(m_kind, 2);
    row->addWidget(m_state);
    connectControls();
    updateChoices();
}

void OperationFilters::connectControls()
{
    connect(m_text, &QLineEdit::textChanged, this, &OperationFilters::apply);
    connect(m_state, &SegmentedControl::currentChanged, this, &OperationFilters::apply);
    connect(m_service, &QComboBox::currentIndexChanged, this, &OperationFilters::apply);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &OperationFilters::apply);
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, &OperationFilters::updateChoices);
}

void OperationFilters::filter(DataTable &table)
{
    m_table = &table;
    apply();
}

void OperationFilters::focusText()
{
    m_text->setFocus(Qt::ShortcutFocusReason);
}

void OperationFilters::clear()
{
    m_text->clear();
    m_state->setCurrent(All);
    m_service->setCurrentIndex(0);
    m_kind->setCurrentIndex(0);
}

void OperationFilters::setState(int index)
{
    m_state->setCurrent(index);
}

void OperationFilters::setService(const QString &name)
{
    m_service->setCurrentIndex(qMax(0, m_service->findData(name)));
}

void OperationFilters::updateChoices()
{
    QSet<QString> services;
    QSet<QString> kinds;
    for (const auto &[name, service] : m_store.services()) {
        services << text(name);
    }
    for (int row = 0; row < m_model.rowCount(); ++row) {
        services << text(m_model.rowAt(row)->service());
        kinds << text(m_model.rowAt(row)->kind());
    }
    services.remove(QString());
    kinds.remove(QString());
    refill(*m_service, tr("All services"), services.values());
    refill(*m_kind, tr("All kinds"), kinds.values());
}

bool OperationFilters::accepts(const v1::Operation &operation) const
{
    const auto service = m_service->currentData().toString();
    const auto kind = m_kind->currentData().toString();
    if (!service.isEmpty() && service != text(operation.service())) {
        return false;
    }
    if (!kind.isEmpty() && kind != text(operation.kind())) {
        return false;
    }
    switch (m_state->current()) {
    case Running:
        return operation.state() == v1::Operation::Running;
    case Succeeded:
        return operation.state() == v1::Operation::Succeeded;
    case Failed:
        return operation.state() == v1::Operation::Failed ||
               operation.state() == v1::Operation::Cancelled;
    default:
        return true;
    }
}

void OperationFilters::apply()
{
    if (m_table == nullptr) {
        return;
    }
    m_table->proxy().setFilterText(m_text->text());
    m_table->proxy().setCondition([this](int row) { return accepts(*m_model.rowAt(row)); });
}

} // namespace slipway::views
