// The live log of chosen instances of a slot.
#pragma once

#include "models/logs/log_model.h"
#include "views/service/service_models.h"

#include <QTimer>
#include <QWidget>
#include <optional>

class QPushButton;

namespace slipway::views
{

class DataTable;
class Label;
class LogView;
class SearchField;
class SegmentedControl;

class LogsTab : public QWidget
{
    Q_OBJECT

public:
    LogsTab(PageContext &context, ServiceModels &models, QWidget *parent = nullptr);
    QWidget *tools() const { return m_tools; }
    void focusFilter();
    void choose(const models::InstanceId &id); // this one's log alone
    void setWatched(bool watched);             // streams only while it is seen

private:
    void buildTools();
    QWidget *makeChooser();
    QWidget *makeLog();
    void connectParts();
    void applySlot();
    void reopen();
    void copy();
    void updateFollow();
    void updateCount();

    PageContext &m_context;
    ServiceModels &m_models;
    models::LogModel m_log;
    v1::LogRequest m_opened;
    std::optional<std::string> m_applied; // deployment whose instances are listed
    bool m_watched = false;
    QTimer m_delay;
    QWidget *m_tools = nullptr;
    SegmentedControl *m_slot = nullptr;
    SearchField *m_filter = nullptr;
    DataTable *m_instances = nullptr;
    LogView *m_view = nullptr;
    Label *m_count = nullptr;
    QPushButton *m_follow = nullptr;
    QPushButton *m_copy = nullptr;
    QPushButton *m_end = nullptr;
};

} // namespace slipway::views
