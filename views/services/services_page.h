// All cloud services at one look: health in words, what is deployed where, traffic; and the way in.
#pragma once

#include "models/services/service_model.h"
#include "views/widgets/page.h"

#include <QAction>

class QStackedWidget;

namespace slipway::views
{

class CreatePanel;
class DataTable;
class Label;
class SearchField;
class SegmentedControl;

class ServicesPage : public Page
{
    Q_OBJECT

public:
    explicit ServicesPage(PageContext &context);

    QString title() const override { return tr("Services"); }
    // `part` "create" opens the panel.
    void goTo(const Place &place) override;
    void onShown() override;
    void onHidden() override;
    QList<QAction *> pageActions() const override { return {m_create, m_delete}; }
    bool focusFilter() override;

private:
    QWidget *makeHead();
    QWidget *makeTable();
    QWidget *makeEmpty();
    void makeActions();
    void showMenu(const QString &name, const QPoint &position);
    void deleteService(const QString &name);
    void applyFilter(int kind);
    void refreshState();

    PageContext &m_context;
    models::ServiceModel m_model;
    models::MetricHub::Interest m_listening;
    QStackedWidget *m_parts;
    Label *m_summary;
    SearchField *m_search;
    SegmentedControl *m_kind;
    DataTable *m_table;
    CreatePanel *m_panel;
    QAction *m_create;
    QAction *m_delete;
};

} // namespace slipway::views
