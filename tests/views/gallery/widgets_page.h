// Every widget of the house on one page, as on the page of a service.
#pragma once

#include "models/deployments/deployment_summary.h"
#include "models/instances/instance_model.h"
#include "models/operations/event_model.h"
#include "tests/support/sample_state.h"
#include "views/widgets/data_table.h"
#include "views/widgets/page.h"

class QVBoxLayout;

namespace slipway::test
{

class WidgetsPage : public views::Page
{
    Q_OBJECT

public:
    explicit WidgetsPage(views::PageContext &context);

    QString title() const override { return QStringLiteral("guestbook"); }
    QList<views::Crumb> breadcrumb() const override;
    void onShown() override;
    void onHidden() override;
    bool focusFilter() override;

private:
    QWidget *makeHeader();
    QWidget *makeSlots();
    QWidget *makeSlotCard(models::DeploymentSummary &slot);
    QWidget *makeTable();
    QWidget *makeCharts();
    QWidget *makeTimeline();

    views::PageContext &m_context;
    models::InstanceModel m_instances;
    models::DeploymentSummary m_production;
    models::DeploymentSummary m_staging;
    models::EventModel m_events;
    views::DataTable *m_table = nullptr;
    QWidget *m_filter = nullptr;
    models::MetricHub::Interest m_interest;
    QList<std::shared_ptr<void>> m_followed;
};

} // namespace slipway::test
