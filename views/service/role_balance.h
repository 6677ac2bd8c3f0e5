// Says when a role's instances could stand better over hosts and fault domains, and moves them by
// one click. Hidden while they stand as well as they can.
#pragma once

#include "models/session/session.h"
#include "views/widgets/label.h"
#include "views/widgets/page_context.h"

#include <QTimer>
#include <QWidget>

class QPushButton;

namespace slipway::views
{

class RoleBalance : public QWidget
{
    Q_OBJECT

public:
    RoleBalance(PageContext &context, std::string role, QWidget *parent = nullptr);
    // Which deployment's role it is about; empty: none. Asks the fabric anew.
    void setDeployment(const std::string &deployment_id);
    void look() { askSoon(); } // its parent is seen now: what was not asked unseen, is

private:
    void askSoon();
    void ask();
    void onAnswer(const Result<v1::CommandReply> &reply);
    void balance();

    PageContext &m_context;
    const std::string m_role;
    std::string m_deployment;
    std::uint64_t m_asked = 0; // answers to earlier questions count no more
    QTimer m_soon;
    Label *m_words;
    QPushButton *m_button;
};

} // namespace slipway::views
