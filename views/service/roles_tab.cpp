#include "views/service/roles_tab.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "views/service/role_editor.h"
#include "views/widgets/banner.h"
#include "views/widgets/buttons.h"
#include "views/widgets/label.h"
#include "views/widgets/navigator.h"
#include "views/widgets/segmented_control.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QScrollArea>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;

namespace
{

constexpr int kRoleDelayMs = 200;

} // namespace

RolesTab::RolesTab(PageContext &context, ServiceModels &models, QWidget *parent)
    : QWidget(parent), m_context(context), m_models(models)
{
    buildTools();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    column->addWidget(makeScroll(), 1);
    column->addWidget(makeFooter());
    m_delay.setSingleShot(true);
    m_delay.setInterval(kRoleDelayMs);
    connect(&m_delay, &QTimer::timeout, this, &RolesTab::askPreview);
    connect(m_slot, &SegmentedControl::currentChanged, this, &RolesTab::refresh);
    connect(&models.production, &models::DeploymentSummary::changed, this, &RolesTab::refresh);
    connect(&models.staging, &models::DeploymentSummary::changed, this, &RolesTab::refresh);
    connect(&context.session, &models::Session::stateChanged, this, &RolesTab::askAnew);
    if (models.production.isEmpty() && !models.staging.isEmpty()) {
        m_slot->setCurrent(1);
    }
    refresh();
}

void RolesTab::buildTools()
{
    m_tools = new QWidget;
    m_slot = new SegmentedControl(m_context.theme, {tr("Production"), tr("Staging")});
    m_slot->setObjectName(u"rolesSlot"_s);
    m_slot->setAccessibleName(tr("Roles of which slot"));
    auto *row = new QHBoxLayout(m_tools);
    row->setContentsMargins(0, 0, 0, 0);
    row->addStretch(1);
    row->addWidget(m_slot);
}

QWidget *RolesTab::makeScroll()
{
    auto *content = new QWidget;
    content->setObjectName(u"scrolled"_s);
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(12);
    m_empty = Label::secondary(m_context.theme, TextRole::Body);
    m_empty->setAlignment(Qt::AlignCenter);
    m_column->addWidget(m_empty);
    m_column->addStretch(1);
    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    return scroll;
}

QWidget *RolesTab::makeFooter()
{
    auto *card = new Card(m_context.theme);
    m_footer = card;
    m_banner = new Banner(m_context.theme);
    m_banner->setObjectName(u"rolesBanner"_s);
    m_preview = new Label(m_context.theme, TextRole::Body);
    m_preview->setObjectName(u"rolesPreview"_s);
    m_preview->setWordWrap(true);
    m_single = new QCheckBox(tr("A single instance is fine: the role is down while it restarts"));
    m_single->setObjectName(u"rolesSingle"_s);
    m_revert = makeButton(m_context.theme, ButtonKind::Normal, tr("Revert"));
    m_revert->setObjectName(u"rolesRevert"_s);
    m_apply = makeButton(m_context.theme, ButtonKind::Primary, tr("Apply"), u"check"_s);
    m_apply->setObjectName(u"rolesApply"_s);
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_single);
    row->addStretch(1);
    row->addWidget(m_revert);
    row->addWidget(m_apply);
    card->body()->addWidget(m_banner);
    card->body()->addWidget(m_preview);
    card->body()->addLayout(row);
    connect(m_single, &QCheckBox::toggled, this, &RolesTab::updateButtons);
    connect(m_revert, &QPushButton::clicked, this, &RolesTab::revert);
    connect(m_apply, &QPushButton::clicked, this, &RolesTab::apply);
    return card;
}

models::DeploymentSummary &RolesTab::slot() const
{
    return m_models.slot(m_slot->current() == 1 ? v1::STAGING : v1::PRODUCTION);
}

// What was edited of a deployment waits for it while the other slot is shown.
void RolesTab::keepEdits()
{
    m_kept.erase(m_shown);
    if (const auto edited = goals(); !edited.empty()) {
        m_kept[m_shown] = edited;
    }
}

void RolesTab::rebuild()
{
    keepEdits();
    qDeleteAll(m_editors);
    m_editors.clear();
    m_shown = slot().deploymentId();
    for (const auto &role : slot().roles()) {
        auto *editor = new RoleEditor(m_context, role.role);
        connect(editor, &RoleEditor::changed, this, &RolesTab::onEdited);
        m_column->insertWidget(int(m_editors.size()) + 1, editor);
        m_editors << editor;
        editor->setPresent(role);
        editor->setDeployment(m_shown);
        const auto &kept = m_kept[m_shown];
        const auto goal = std::find_if(
            kept.begin(), kept.end(), [&role](const auto &one) { return one.role() == role.role; });
        if (goal != kept.end()) {
            editor->setGoal(*goal);
        }
    }
}

void RolesTab::refresh()
{
    const auto roles = slot().roles();
    if (slot().deploymentId() != m_shown || qsizetype(roles.size()) != m_editors.size()) {
        rebuild();
    }
    for (auto *editor : std::as_const(m_editors)) {
        const auto role = std::find_if(roles.begin(), roles.end(), [editor](const auto &one) {
            return one.role == editor->role();
        });
        if (role != roles.end()) {
            editor->setPresent(*role);
        }
    }
    m_empty->setText(
        tr("Nothing is deployed in %1.").arg(models::slotWord(slot().slotKind()).toLower()));
    m_empty->setVisible(m_editors.isEmpty());
    onEdited();
}

std::vector<v1::RoleGoal> RolesTab::goals() const
{
    std::vector<v1::RoleGoal> goals;
    for (const auto *editor : m_editors) {
        if (editor->isChanged()) {
            goals.push_back(editor->goal());
        }
    }
    return goals;
}

void RolesTab::askAnew()
{
    m_asked_about.clear();
    onEdited();
}

void RolesTab::onEdited()
{
    const auto &deployment = slot().deployment();
    auto about =
        m_shown + '\n' + std::to_string(deployment == nullptr ? 0 : deployment->revision()) + '\n';
    for (const auto &goal : goals()) {
        about += goal.SerializeAsString() + '\n';
    }
    if (about == m_asked_about) {
        updateButtons();
        return;
    }
    m_asked_about = std::move(about);
    ++m_asked;
    m_allowed = false;
    m_needs_single = false;
    m_banner->clear();
    if (goals().empty()) {
        m_delay.stop();
        m_single->setChecked(false);
        m_preview->clear();
    } else {
        m_preview->setText(tr("Asking the fabric…"));
        m_delay.start();
    }
    updateButtons();
}

void RolesTab::askPreview()
{
    sendPreview(false);
}

void RolesTab::sendPreview(bool assumed)
{
    const auto &deployment = slot().deployment();
    if (deployment == nullptr || !m_context.session.isLive()) {
        return;
    }
    m_context.session.execute(
        models::commands::changeRoles(*deployment, goals(), assumed, true), this,
        [this, assumed, asked = m_asked](const Result<v1::CommandReply> &reply) {
            if (asked == m_asked) {
                onPreview(assumed, reply);
            }
        });
}

void RolesTab::onPreview(bool assumed, const Result<v1::CommandReply> &reply)
{
    if (!reply && reply.error().reason() == "SINGLE_INSTANCE_ROLE" && !assumed) {
        m_needs_single = true;
        sendPreview(true);
        return;
    }
    m_allowed = reply.has_value();
    QStringList lines;
    if (reply) {
        for (const auto &line : reply->preview()) {
            lines << models::text(line);
        }
    } else {
        m_banner->say(Condition::Failed, models::text(reply.error().message()));
    }
    const auto wanted = goals();
    const bool resized = std::any_of(wanted.begin(), wanted.end(), [this](const auto &goal) {
        const auto roles = slot().roles();
        return std::any_of(roles.begin(), roles.end(), [&goal](const auto &role) {
            return role.role == goal.role() && role.size != goal.size();
        });
    });
    if (resized && m_allowed) {
        m_banner->say(Condition::Attention,
                      tr("Another size means other machines: what is on the local disks of the "
                         "resized roles is thrown away."));
    }
    m_preview->setText(lines.join(u'\n'));
    updateButtons();
}

void RolesTab::updateButtons()
{
    const bool edited = !goals().empty();
    m_footer->setVisible(edited);
    m_preview->setVisible(!m_preview->text().isEmpty());
    m_single->setVisible(m_needs_single);
    m_revert->setEnabled(edited && !m_sending);
    m_apply->setEnabled(edited && m_allowed && !m_sending && m_context.session.isLive() &&
                        (!m_needs_single || m_single->isChecked()));
}

void RolesTab::apply()
{
    const auto &deployment = slot().deployment();
    if (deployment == nullptr) {
        return;
    }
    m_sending = true;
    updateButtons();
    m_context.session.execute(
        models::commands::changeRoles(*deployment, goals(),
                                      m_needs_single && m_single->isChecked()),
        this, [this](const Result<v1::CommandReply> &reply) {
            m_sending = false;
            if (reply) {
                const Place place{PageId::Activity, models::text(reply->operation().id()), {}};
                m_context.navigator.notify(Condition::OnItsWay, tr("The roles are being changed"),
                                           &place);
            } else {
                m_banner->say(Condition::Failed, models::text(reply.error().message()));
            }
            updateButtons();
        });
}

void RolesTab::revert()
{
    for (auto *editor : std::as_const(m_editors)) {
        editor->revert();
    }
}

} // namespace slipway::views
