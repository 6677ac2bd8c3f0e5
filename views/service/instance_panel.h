// What is selected in the table of instances: live charts, facts, events. Nothing selected: the
// whole slot.
#pragma once

#include "views/service/service_models.h"
#include "views/widgets/card.h"

class QBoxLayout;
class QPushButton;
class QStackedWidget;

namespace slipway::views
{

class ChartStack;
class InstanceDetails;
class SegmentedControl;
class StatePill;
class TimelineList;

class InstancePanel : public Card
{
    Q_OBJECT

public:
    InstancePanel(PageContext &context, ServiceModels &models, QWidget *parent = nullptr);
    void setSelection(const std::vector<models::InstanceId> &ids);
    void setSlot(v1::SlotKind slot); // what is shown while nothing is selected

Q_SIGNALS:
    void logRequested(const slipway::models::InstanceId &id);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void buildTop();
    void buildPages();
    void refresh();
    void refreshTop();
    void refreshPause();
    void refreshCharts();
    void refreshEvents();
    void refreshMarks();
    QString heading() const;
    std::vector<models::Ref<v1::RoleInstance>> present() const;

    PageContext &m_context;
    ServiceModels &m_models;
    std::vector<models::InstanceId> m_ids;
    v1::SlotKind m_slot = v1::PRODUCTION;
    std::string m_scope_slot; // the deployment whose events are shown; empty: an instance's
    models::EventModel m_events;
    Label *m_title = nullptr;
    StatePill *m_pill = nullptr;
    QPushButton *m_pause = nullptr;
    QPushButton *m_log = nullptr;
    Label *m_reason = nullptr;
    SegmentedControl *m_choice = nullptr;
    QBoxLayout *m_choices = nullptr;
    QStackedWidget *m_pages = nullptr;
    ChartStack *m_charts = nullptr;
    InstanceDetails *m_details = nullptr;
    TimelineList *m_timeline = nullptr;
};

} // namespace slipway::views
