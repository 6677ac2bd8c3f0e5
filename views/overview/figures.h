// The fabric in five numbers and a bar.
#pragma once

#include "views/overview/state_bar.h"
#include "views/overview/traffic.h"
#include "views/widgets/card.h"
#include "views/widgets/headline_number.h"

namespace slipway::views
{

class Figures : public Card
{
    Q_OBJECT

public:
    Figures(const Theme &theme, const models::FabricStore &store, const Traffic &traffic,
            QWidget *parent = nullptr);
    void refresh(); // what comes from the store

private:
    void refreshTraffic();

    const Theme &m_theme;
    const models::FabricStore &m_store;
    const Traffic &m_traffic;
    HeadlineNumber *m_services;
    HeadlineNumber *m_instances;
    HeadlineNumber *m_hosts;
    HeadlineNumber *m_requests;
    HeadlineNumber *m_errors;
    StateBar *m_states;
};

} // namespace slipway::views
