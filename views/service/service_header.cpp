#include "views/service/service_header.h"

#include "models/base/words.h"
#include "views/service/service_actions.h"
#include "views/widgets/buttons.h"
#include "views/widgets/label.h"
#include "views/widgets/plain_tip.h"
#include "views/widgets/state_pill.h"

#include <QHBoxLayout>
#include <QMenu>

namespace slipway::views
{

using namespace Qt::StringLiterals;

ServiceHeader::ServiceHeader(PageContext &context, ServiceModels &models, ServiceActions &actions,
                             QWidget *parent)
    : QWidget(parent), m_context(context), m_models(models)
{
    m_deploy = makeButton(context.theme, ButtonKind::Primary, tr("Deploy…"), u"upload"_s);
    m_deploy->setObjectName(u"deploy"_s);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(makeWords(), 1);
    row->addWidget(m_deploy);
    row->addWidget(makeMore(actions));
    connect(m_deploy, &QPushButton::clicked, this, &ServiceHeader::deployRequested);
    connect(&models.production, &models::DeploymentSummary::changed, this, &ServiceHeader::refresh);
    connect(&models.staging, &models::DeploymentSummary::changed, this, &ServiceHeader::refresh);
    connect(&context.session, &models::Session::stateChanged, this, &ServiceHeader::refresh);
    connect(&context.session, &models::Session::statusChanged, this, &ServiceHeader::refresh);
    refresh();
}

QWidget *ServiceHeader::makeWords()
{
    m_name = new Label(m_context.theme, TextRole::PageTitle, m_models.name);
    m_name->setObjectName(u"serviceName"_s);
    m_name->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_health = new StatePill(m_context.theme);
    m_health->setObjectName(u"serviceHealth"_s);
    m_facts = Label::secondary(m_context.theme, TextRole::Body);
    m_facts->setObjectName(u"serviceFacts"_s);
    m_facts->setElided(true);
    auto *words = new QWidget;
    auto *title_row = new QHBoxLayout;
    title_row->setSpacing(12);
    title_row->addWidget(m_name);
    title_row->addWidget(m_health);
    title_row->addStretch(1);
    auto *column = new QVBoxLayout(words);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addLayout(title_row);
    column->addWidget(m_facts);
    return words;
}

QPushButton *ServiceHeader::makeMore(ServiceActions &actions)
{
    auto *more = makeButton(m_context.theme, ButtonKind::Normal, tr("More"), u"more"_s);
    more->setObjectName(u"more"_s);
    auto *menu = new QMenu(more);
    menu->setObjectName(u"moreMenu"_s);
    actions.fill(*menu);
    more->setMenu(menu);
    return more;
}

void ServiceHeader::refresh()
{
    const auto &shown = m_models.production.isEmpty() ? m_models.staging : m_models.production;
    m_health->setHealth(shown.health());
    m_health->setToolTip(
        plainTip(tr("%1: %2").arg(models::slotWord(shown.slotKind()), shown.health().words)));
    const auto service = m_context.store.service(m_models.key);
    auto facts = serviceFacts(m_context, m_models.key);
    if (service != nullptr && !service->label().empty() && service->label() != service->name()) {
        facts = models::text(service->label()) + u" · "_s + facts;
    }
    m_facts->setText(facts);
    m_deploy->setEnabled(m_context.session.isLive());
}

} // namespace slipway::views
