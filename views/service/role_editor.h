// One role's instance count and VM size, as they are and as they shall be.
#pragma once

#include "models/deployments/deployment_summary.h"
#include "views/widgets/card.h"
#include "views/widgets/page_context.h"

class QSlider;
class QSpinBox;

namespace slipway::views
{

class RoleBalance;
class SizePicker;
class StatePill;

class RoleEditor : public Card
{
    Q_OBJECT

public:
    RoleEditor(PageContext &context, const std::string &role, QWidget *parent = nullptr);
    const std::string &role() const { return m_role; }
    // What the fabric says now. What a person changed stays, unless it became the truth.
    void setPresent(const models::RoleSummary &present);
    v1::RoleGoal goal() const;
    bool isChanged() const;
    void revert();
    void setGoal(const v1::RoleGoal &goal); // as if a person had chosen it
    void setDeployment(const std::string &deployment_id);

Q_SIGNALS:
    void changed();

protected:
    void showEvent(QShowEvent *event) override;

private:
    QLayout *makeTitle();
    QLayout *makeControls();
    void setCount(int count);
    void fillSizes();
    void refresh();
    QString priceChange() const;

    PageContext &m_context;
    std::string m_role;
    models::RoleSummary m_present;
    bool m_known = false;
    StatePill *m_pill = nullptr;
    Label *m_facts = nullptr;
    QSpinBox *m_count = nullptr;
    QSlider *m_slider = nullptr;
    SizePicker *m_size = nullptr;
    Label *m_change = nullptr;
    RoleBalance *m_balance = nullptr;
};

} // namespace slipway::views
