#include "views/activity/activity_page.h"

#include "models/base/words.h"
#include "models/session/session.h"
#include "views/activity/older_operations.h"
#include "views/activity/operation_details.h"
#include "views/activity/running_operations.h"
#include "views/widgets/buttons.h"
#include "views/widgets/card.h"
#include "views/widgets/navigator.h"

#include <QAction>
#include <QMenu>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using Column = models::OperationModel::Column;

namespace
{

constexpr int kSideWidth = 360;
constexpr int kSideWidthNarrow = 328;
constexpr int kNarrow = 1000; // a page of this width has no room for every column
constexpr int kLow = 720;     // nor one of this height for details over the timeline

} // namespace

ActivityPage::ActivityPage(PageContext &context)
    : m_context(context), m_model(context.store), m_events(context.session),
      m_older(new OlderOperations(context.session, m_model, this))
{
    setObjectName(u"activityPage"_s);
    m_running = new RunningOperations(context);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(space::kPageMargin, space::kPageMargin, space::kPageMargin,
                               space::kPageMargin);
    column->setSpacing(space::kCardGap);
    column->addWidget(makeHeader());
    column->addWidget(m_running);
    column->addWidget(makeBody(), 1);
    makeActions();
    connect(m_running, &RunningOperations::chosen, this,
            [this](const QString &id) { m_table->selectKey(id); });
    connect(&context.session, &models::Session::stateChanged, this, [this] {
        if (isVisible()) {
            m_older->loadFirst(); // shown before the fabric answered
        }
    });
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, &ActivityPage::updateSummary);
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this, &ActivityPage::updateSummary);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &ActivityPage::updateSummary);
    updateSummary();
}

QWidget *ActivityPage::makeHeader()
{
    auto *header = new QWidget;
    auto *column = new QVBoxLayout(header);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(new Label(m_context.theme, TextRole::PageTitle, title()));
    m_summary = Label::secondary(m_context.theme, TextRole::Body);
    m_summary->setObjectName(u"activitySummary"_s);
    words->addWidget(m_summary);
    m_filters = new OperationFilters(m_context.theme, m_context.store, m_model);
    column->addLayout(words);
    column->addWidget(m_filters);
    return header;
}

QWidget *ActivityPage::makeBody()
{
    auto *body = new QWidget;
    auto *row = new QHBoxLayout(body);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::kCardGap);
    m_details = new OperationDetails(m_context);
    m_details->hide();
    m_side = new QWidget;
    auto *side_column = new QVBoxLayout(m_side);
    side_column->setContentsMargins(0, 0, 0, 0);
    side_column->setSpacing(space::kCardGap);
    side_column->addWidget(m_details, 3);
    m_timeline_card = makeTimeline();
    side_column->addWidget(m_timeline_card, 2);
    row->addWidget(makeTable(), 1);
    row->addWidget(m_side);
    connect(m_details, &OperationDetails::closeClicked, this, [this] {
        m_table->clearSelection();
        m_table->setFocus();
    });
    return body;
}

QWidget *ActivityPage::makeTable()
{
    auto *card = new Card(m_context.theme);
    card->setBodyMargins(6);
    m_table = new DataTable(m_context.theme);
    m_table->setObjectName(u"operationsTable"_s);
    m_table->setAccessibleName(tr("Operations"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->show(m_model,
                  {{int(Column::Title), CellKind::Strong, 200, true},
                   {int(Column::State), CellKind::State, 112},
                   {int(Column::Service), CellKind::Text, 104},
                   {int(Column::Actor), CellKind::Text, 64},
                   {int(Column::Started), CellKind::Age, 76},
                   {int(Column::Duration), CellKind::Number, 66}},
                  [this] { return m_context.session.nowMs(); });
    card->body()->addWidget(m_table);
    m_filters->filter(*m_table);
    m_older->follow(*m_table);
    connect(m_older, &OlderOperations::failed, this, &ActivityPage::tellFailure);
    connect(m_table, &DataTable::selectedKeysChanged, this, &ActivityPage::showDetails);
    connect(m_table, &DataTable::keyActivated, this, &ActivityPage::showDetails);
    connect(m_table, &DataTable::menuRequested, this, &ActivityPage::openMenu);
    return card;
}

QWidget *ActivityPage::makeTimeline()
{
    auto *card = new Card(m_context.theme, tr("Timeline"));
    card->titleRow()->addWidget(
        Label::secondary(m_context.theme, TextRole::Label, tr("Everything in this fabric")));
    card->body()->setContentsMargins(16, 4, 8, 10);
    m_timeline = new TimelineList(m_context.theme, m_events);
    m_timeline->setObjectName(u"fabricTimeline"_s);
    m_timeline->setAccessibleName(tr("Timeline of the fabric"));
    card->body()->addWidget(m_timeline);
    connect(m_timeline, &TimelineList::eventActivated, this, &ActivityPage::openEvent);
    return card;
}

void ActivityPage::makeActions()
{
    const auto add = [this](const QString &text, int state) {
        auto *action = new QAction(text, this);
        connect(action, &QAction::triggered, this, [this, state] { m_filters->setState(state); });
        m_actions << action;
    };
    add(tr("Show all operations"), 0);
    add(tr("Show running operations"), 1);
    add(tr("Show failed operations"), 3);
}

void ActivityPage::goTo(const Place &place)
{
    Page::goTo(place);
    m_table->setFocus();
    if (place.subject.isEmpty()) {
        return;
    }
    m_filters->clear();
    m_wanted = place.subject;
    m_table->selectKey(place.subject);
    if (m_model.find(models::utf8(place.subject)) == nullptr) {
        fetch(models::utf8(place.subject));
    }
}

// An operation of the past that neither the watch nor the table holds.
void ActivityPage::fetch(const std::string &id)
{
    v1::OperationsRequest request;
    request.set_id(id);
    m_context.session.listOperations(request, this, [this](Result<v1::OperationsReply> reply) {
        if (reply) {
            m_model.addOlder({reply->operations().begin(), reply->operations().end()});
            m_table->selectKey(m_wanted);
        } else {
            tellFailure(models::text(reply.error().message()));
        }
    });
}

void ActivityPage::onShown()
{
    m_older->loadFirst();
    m_filters->updateChoices();
}

void ActivityPage::tellFailure(const QString &text)
{
    m_context.navigator.notify(models::Condition::Failed,
                               tr("Older operations could not be read: %1").arg(text));
}

bool ActivityPage::focusFilter()
{
    m_filters->focusText();
    return true;
}

void ActivityPage::updateSummary()
{
    std::uint64_t failed = 0;
    for (int row = 0; row < m_model.rowCount(); ++row) {
        failed += m_model.rowAt(row)->state() == v1::Operation::Failed ? 1 : 0;
    }
    const auto total = std::uint64_t(m_model.rowCount());
    m_table->setEmptyText(total == 0 ? tr("Nothing has been asked of this fabric yet")
                                     : tr("No operation fits the filter"));
    const auto running = std::uint64_t(m_context.operations.runningCount());
    m_summary->setText(tr("%1, %2 running, %3 failed")
                           .arg(models::plural(total, "operation", "operations"),
                                models::countWords(running), models::countWords(failed)));
    showDetails();
}

void ActivityPage::showDetails()
{
    const auto keys = m_table->selectedKeys();
    const auto *operation = keys.isEmpty() ? nullptr : m_model.find(models::utf8(keys.first()));
    m_details->setVisible(operation != nullptr);
    fitParts();
    if (operation == nullptr) {
        return;
    }
    m_details->showOperation(*operation);
    const Place there{PageId::Activity, keys.first(), {}};
    if (!(m_place == there)) {
        m_place = there;
        Q_EMIT placeChanged(there);
    }
}

void ActivityPage::resizeEvent(QResizeEvent *event)
{
    Page::resizeEvent(event);
    fitParts();
}

void ActivityPage::fitParts()
{
    const bool narrow = width() < kNarrow;
    m_side->setFixedWidth(narrow ? kSideWidthNarrow : kSideWidth);
    for (const auto column : {Column::Service, Column::Actor, Column::Duration}) {
        m_table->setColumnHidden(int(column), narrow);
    }
    m_timeline_card->setVisible(m_details->isHidden() || height() >= kLow);
}

void ActivityPage::openMenu(const QString &id, const QPoint &position)
{
    const auto *found = m_model.find(models::utf8(id));
    if (found == nullptr) {
        return;
    }
    const auto operation = *found;
    auto *menu = new QMenu(this);
    menu->setObjectName(u"operationMenu"_s);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto service = models::text(operation->service());
    auto *open = menu->addAction(m_context.theme.icon(u"open"_s), tr("Open the service"), this,
                                 [this, service] { m_context.navigator.openService(service); });
    open->setObjectName(u"menuOpenService"_s);
    open->setEnabled(m_context.store.service(operation->service()) != nullptr);
    auto *only = menu->addAction(m_context.theme.icon(u"filter"_s), tr("Only this service"), this,
                                 [this, service] { m_filters->setService(service); });
    only->setObjectName(u"menuOnlyService"_s);
    only->setEnabled(!service.isEmpty());
    menu->addSeparator();
    auto *cancel =
        menu->addAction(m_context.theme.icon(u"close"_s), tr("Cancel"), this,
                        [this, id] { m_context.session.cancelOperation(models::utf8(id)); });
    cancel->setObjectName(u"menuCancelOperation"_s);
    cancel->setEnabled(operation->cancellable() && operation->state() == v1::Operation::Running);
    menu->popup(position);
}

void ActivityPage::openEvent(const v1::Event &event)
{
    if (!event.instance().empty()) {
        m_context.navigator.openInstance({event.deployment_id(), event.instance()});
    } else if (!event.service().empty()) {
        m_context.navigator.openService(models::text(event.service()));
    } else if (!event.host().empty()) {
        m_context.navigator.openHost(models::text(event.host()));
    }
}

} // namespace slipway::views
