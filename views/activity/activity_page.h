// Who did what, when, with what result: operations with their filters, the details of the chosen
// one, and beside them everything that happened in the fabric.
#pragma once

#include "models/operations/event_model.h"
#include "models/operations/operation_model.h"
#include "views/activity/operation_filters.h"
#include "views/widgets/data_table.h"
#include "views/widgets/page.h"
#include "views/widgets/timeline_list.h"

namespace slipway::views
{

class Label;
class OperationDetails;
class OlderOperations;
class RunningOperations;

class ActivityPage : public Page
{
    Q_OBJECT

public:
    explicit ActivityPage(PageContext &context);

    QString title() const override { return tr("Activity"); }
    QList<QAction *> pageActions() const override { return m_actions; }
    void goTo(const Place &place) override;
    void onShown() override;
    bool focusFilter() override;
    bool tellsOf(const v1::Operation &) const override { return true; } // it lists them all

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeHeader();
    QWidget *makeBody();
    QWidget *makeTable();
    QWidget *makeTimeline();
    void makeActions();
    void fetch(const std::string &id);
    void tellFailure(const QString &text);
    void updateSummary();
    void showDetails();
    void fitParts(); // what has room for what is worth most
    void openMenu(const QString &id, const QPoint &position);
    void openEvent(const v1::Event &event);

    PageContext &m_context;
    models::OperationModel m_model;
    models::EventModel m_events;
    OlderOperations *m_older;
    Label *m_summary = nullptr;
    OperationFilters *m_filters = nullptr;
    RunningOperations *m_running = nullptr;
    DataTable *m_table = nullptr;
    QWidget *m_side = nullptr;
    QWidget *m_timeline_card = nullptr;
    TimelineList *m_timeline = nullptr;
    OperationDetails *m_details = nullptr;
    QString m_wanted; // an operation to select as soon as it is known
    QList<QAction *> m_actions;
};

} // namespace slipway::views
