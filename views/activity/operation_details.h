// One operation: how it went, what went wrong and what to do, and the events that belong to it.
#pragma once

#include "models/operations/event_model.h"
#include "models/operations/operation_model.h"
#include "views/widgets/card.h"
#include "views/widgets/page_context.h"

class QGridLayout;
class QPushButton;

namespace slipway::views
{

class Banner;
class ProgressStrip;
class StatePill;
class TimelineList;

class OperationDetails : public Card
{
    Q_OBJECT

public:
    explicit OperationDetails(PageContext &context);
    void showOperation(const models::Ref<v1::Operation> &operation);

Q_SIGNALS:
    void closeClicked();

protected:
private:
    void build();
    QWidget *makeHead();
    QWidget *makeScrolled();
    QWidget *makeFacts();
    QWidget *makeButtons();
    void fill(const v1::Operation &operation);
    void fillError(const v1::Operation &operation);

    PageContext &m_context;
    models::EventModel m_events;
    models::Ref<v1::Operation> m_operation;
    Label *m_title = nullptr;
    StatePill *m_state = nullptr;
    ProgressStrip *m_progress = nullptr;
    Banner *m_error = nullptr;
    Label *m_who = nullptr;
    Label *m_when = nullptr;
    Label *m_duration = nullptr;
    Label *m_subject = nullptr;
    Label *m_kind = nullptr;
    TimelineList *m_timeline = nullptr;
    QPushButton *m_open = nullptr;
    QPushButton *m_copy = nullptr;
};

} // namespace slipway::views
