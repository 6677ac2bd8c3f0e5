// One host: its state, what of its capacity is promised, how well it isolates, what runs on it.
#pragma once

#include "models/hosts/host_model.h"
#include "views/hosts/capacity_bar.h"
#include "views/hosts/instance_dots.h"
#include "views/widgets/card.h"
#include "views/widgets/state_pill.h"

class QBoxLayout;

namespace slipway::views
{

class HostCard : public Card
{
    Q_OBJECT

public:
    explicit HostCard(const Theme &theme, QWidget *parent = nullptr);

    void present(const models::HostRow &row, std::vector<models::Ref<v1::RoleInstance>> instances,
                 std::int64_t now_ms);
    void presentState(const v1::Host &host, std::int64_t now_ms); // how long it lasts, too
    void setChosen(bool chosen);                                  // an accent at its edge
    InstanceDots &dots() { return *m_dots; }

Q_SIGNALS:
    void clicked();

protected:
    void mousePressEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void arrange();
    void showEdge();
    void presentAdvice(const v1::Host &host);
    void presentCapacity(const models::HostRow &row);

    const Theme &m_theme;
    Label *m_name;
    StatePill *m_state;
    Label *m_since;
    CapacityBar *m_cores;
    CapacityBar *m_memory;
    Label *m_isolation;
    Label *m_advice;
    InstanceDots *m_dots;
    QBoxLayout *m_facts = nullptr; // side by side where there is room
    QBoxLayout *m_capacity = nullptr;
    bool m_chosen = false;
};

} // namespace slipway::views
