// The table of the service's instances with what is selected at its right.
#pragma once

#include "views/service/service_models.h"

#include <QWidget>

class QMenu;
class QToolButton;

namespace slipway::views
{

class BulkBar;
class DataTable;
class InstancePanel;
class SearchField;
class SegmentedControl;

class InstancesTab : public QWidget
{
    Q_OBJECT

public:
    InstancesTab(PageContext &context, ServiceModels &models, QWidget *parent = nullptr);

    QWidget *tools() const { return m_tools; } // stands in the row of the tabs
    void focusFilter();
    void select(const models::InstanceId &id);
    BulkBar &bulk() { return *m_bulk; }

Q_SIGNALS:
    void logRequested(const slipway::models::InstanceId &id);
    void selectionChanged(const QString &key); // one instance, or empty

private:
    void buildTools();
    QWidget *makeLeft();
    QWidget *makeTable();
    QWidget *makeTimeline();
    QToolButton *makeColumns();
    void connectParts();
    void showOrHide(int column, bool shown);
    void restoreColumns();
    void checkColumns(); // the menu's
    void applySlot();
    void onSelection();
    void openMenu(const QString &key, const QPoint &place);

    PageContext &m_context;
    ServiceModels &m_models;
    QWidget *m_tools = nullptr;
    SearchField *m_filter = nullptr;
    SegmentedControl *m_slots = nullptr;
    QMenu *m_columns = nullptr;
    DataTable *m_table = nullptr;
    BulkBar *m_bulk = nullptr;
    InstancePanel *m_panel = nullptr;
    std::pair<int, std::string> m_applied = {-1, {}}; // choice of slot and its deployment
};

} // namespace slipway::views
