// The timeline of the service, filtered by words and by severity.
#pragma once

#include "views/service/service_models.h"

#include <QWidget>

namespace slipway::views
{

class SearchField;
class SegmentedControl;
class TimelineList;

class ActivityTab : public QWidget
{
    Q_OBJECT

public:
    ActivityTab(PageContext &context, ServiceModels &models, QWidget *parent = nullptr);
    QWidget *tools() const { return m_tools; }
    void focusFilter();

Q_SIGNALS:
    void instanceChosen(const slipway::models::InstanceId &id);

private:
    void buildTools();
    void applySeverity();
    void open(const v1::Event &event);

    PageContext &m_context;
    ServiceModels &m_models;
    QWidget *m_tools = nullptr;
    SearchField *m_filter = nullptr;
    SegmentedControl *m_severity = nullptr;
    TimelineList *m_list = nullptr;
};

} // namespace slipway::views
