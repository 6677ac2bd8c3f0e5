// One look answers it: what there is, what needs a person, what is being done, what happened.
#pragma once

#include "models/operations/event_model.h"
#include "views/overview/traffic.h"
#include "views/widgets/page.h"

#include <QTimer>

class QStackedWidget;

namespace slipway::views
{

class AttentionList;
class Card;
class Figures;
class StatePill;

class OverviewPage : public Page
{
    Q_OBJECT

public:
    explicit OverviewPage(PageContext &context);

    QString title() const override { return tr("Overview"); }
    void onShown() override;
    void onHidden() override;

private:
    QWidget *makeEmpty();
    QWidget *makeFull();
    QWidget *makeHead();
    Card *makeAttention();
    Card *makeTraffic();
    Card *makeRunning();
    Card *makeTimeline();
    void openEvent(const v1::Event &event);
    void refresh();

    PageContext &m_context;
    models::EventModel m_events;
    Traffic m_traffic;
    QStackedWidget *m_parts;
    StatePill *m_health = nullptr;
    Figures *m_figures = nullptr;
    AttentionList *m_attention = nullptr;
    QTimer m_soon; // at most a few times a second, however much happens
    bool m_shown = false;
};

} // namespace slipway::views
