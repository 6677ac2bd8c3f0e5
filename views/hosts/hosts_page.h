// The fabric's hosts: nominal and real capacity, isolation, and what runs where; as cards by fault
// domain or as a table.
#pragma once

#include "models/hosts/host_model.h"
#include "views/widgets/page.h"

class QStackedWidget;

namespace slipway::views
{

class DataTable;
class HostBoard;
class Label;
class SearchField;
class SegmentedControl;

class HostsPage : public Page
{
    Q_OBJECT

public:
    explicit HostsPage(PageContext &context);

    QString title() const override { return tr("Hosts"); }
    void goTo(const Place &place) override; // `subject`: a host's id
    bool focusFilter() override;

private:
    QWidget *makeHead();
    QWidget *makeTable();
    void connectParts();
    void refreshSummary();
    void choose(const QString &host);

    PageContext &m_context;
    models::HostModel m_model;
    Label *m_summary;
    SegmentedControl *m_view;
    SearchField *m_search;
    QStackedWidget *m_parts;
    HostBoard *m_board;
    DataTable *m_table;
};

} // namespace slipway::views
