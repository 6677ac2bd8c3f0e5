// The voyage with all its steps and the buttons that move it.
#pragma once

#include "views/firstrun/voyage_step.h"
#include "views/widgets/banner.h"
#include "views/widgets/card.h"

namespace slipway::views
{

class VoyageCard : public Card
{
    Q_OBJECT

public:
    VoyageCard(const Theme &theme, SampleVoyage &voyage, const models::Session &session,
               QWidget *parent = nullptr);
    void refresh();

Q_SIGNALS:
    void leaveClicked();

private:
    void addSteps();
    void addButtons();
    void refreshButtons();
    void keepKeys(bool had_keys, bool can);

    const Theme &m_theme;
    SampleVoyage &m_voyage;
    const models::Session &m_session;
    QList<VoyageStep *> m_steps;
    Banner *m_trouble;
    QPushButton *m_next = nullptr;
    QPushButton *m_all = nullptr;
    QPushButton *m_leave = nullptr;
};

} // namespace slipway::views
