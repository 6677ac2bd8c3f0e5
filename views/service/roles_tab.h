// Counts and sizes of a slot's roles, applied as one change that is previewed first.
#pragma once

#include "views/service/service_models.h"

#include <QTimer>
#include <QWidget>
#include <map>

class QCheckBox;
class QPushButton;
class QVBoxLayout;

namespace slipway::views
{

class Banner;
class Label;
class RoleEditor;
class SegmentedControl;

class RolesTab : public QWidget
{
    Q_OBJECT

public:
    RolesTab(PageContext &context, ServiceModels &models, QWidget *parent = nullptr);
    QWidget *tools() const { return m_tools; }

private:
    void buildTools();
    QWidget *makeScroll();
    QWidget *makeFooter();
    models::DeploymentSummary &slot() const;
    void rebuild(); // other roles than before
    void refresh();
    void onEdited(); // nothing happens where neither goals nor deployment changed
    void askAnew();
    void keepEdits();
    void askPreview();
    void onPreview(bool assumed, const Result<v1::CommandReply> &reply);
    void sendPreview(bool assumed);
    void apply();
    void revert();
    std::vector<v1::RoleGoal> goals() const; // the changed ones
    void updateButtons();

    PageContext &m_context;
    ServiceModels &m_models;
    QWidget *m_tools = nullptr;
    SegmentedControl *m_slot = nullptr;
    QVBoxLayout *m_column = nullptr;
    QList<RoleEditor *> m_editors;
    std::string m_shown;                                     // deployment id
    std::map<std::string, std::vector<v1::RoleGoal>> m_kept; // edits, by deployment
    std::string m_asked_about; // deployment, revision and goals of the last question
    Label *m_empty = nullptr;
    QWidget *m_footer = nullptr;
    Banner *m_banner = nullptr;
    Label *m_preview = nullptr;
    QCheckBox *m_single = nullptr;
    QPushButton *m_apply = nullptr;
    QPushButton *m_revert = nullptr;
    bool m_allowed = false; // the fabric would do it, with the consent if one is needed
    bool m_needs_single = false;
    bool m_sending = false;
    std::uint64_t m_asked = 0;
    QTimer m_delay;
};

} // namespace slipway::views
