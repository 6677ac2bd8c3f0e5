// Everything of one service: header, slots, tabs, and the panels that slide over them.
#pragma once

#include "views/service/service_models.h"

#include <QList>
#include <QWidget>

class QAction;
class QStackedWidget;
class QTabBar;

namespace slipway::views
{

class ActivityTab;
class DeployPanel;
class EditPanel;
class InstancesTab;
class LogsTab;
class RolesTab;
class ServiceActions;
class SlotBoard;
class SwapPanel;

class ServiceView : public QWidget
{
    Q_OBJECT

public:
    ServiceView(PageContext &context, const QString &name, QWidget *parent = nullptr);
    ~ServiceView() override;

    QString name() const { return m_models.name; }
    // A tab ("logs"), an instance as "deployment/name", or a panel ("deploy", "swap").
    void showPart(const QString &part);
    QString part() const;
    void setWatched(bool watched);
    bool focusFilter();
    bool tellsOf(const v1::Operation &operation) const; // a panel that is open does
    void refresh();
    QList<QAction *> actions() const { return m_page_actions; }

Q_SIGNALS:
    void partChanged(const QString &part);

protected:
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    enum Tab { Instances, Roles, Logs, Activity };

    QWidget *makeTabs();
    void addScrolled(QWidget *content);
    void connectParts();
    void addPageActions();
    void showTab(int tab);
    void watchParts();
    void openDeploy(v1::SlotKind slot);
    void openSwap();
    void openEdit();
    DeployPanel &deployPanel(); // made when first needed

    PageContext &m_context;
    ServiceModels m_models;
    ServiceActions *m_actions;
    SlotBoard *m_board;
    QTabBar *m_tabs = nullptr;
    QStackedWidget *m_tools = nullptr;
    QStackedWidget *m_pages = nullptr;
    InstancesTab *m_instances = nullptr;
    RolesTab *m_roles = nullptr;
    LogsTab *m_logs = nullptr;
    ActivityTab *m_activity = nullptr;
    DeployPanel *m_deploy_panel = nullptr;
    SwapPanel *m_swap_panel = nullptr;
    EditPanel *m_edit_panel = nullptr;
    bool m_watched = false;
    models::MetricHub::Interest m_interest;
    QList<QAction *> m_page_actions;
    QString m_instance; // the selected one, as "deployment/name"
};

} // namespace slipway::views
