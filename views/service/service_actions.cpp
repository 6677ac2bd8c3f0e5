#include "views/service/service_actions.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "views/theme/theme.h"
#include "views/widgets/prompter.h"

#include <QMenu>

namespace slipway::views
{

using namespace Qt::StringLiterals;
namespace commands = models::commands;

ServiceActions::ServiceActions(PageContext &context, ServiceModels &models, QObject *parent)
    : QObject(parent), m_context(context), m_models(models)
{
    m_edit = add(u"editService"_s, tr("Label and description…"), u"edit"_s,
                 [this] { Q_EMIT editRequested(); });
    m_production = makeSlotActions(v1::PRODUCTION, u"production"_s);
    m_staging = makeSlotActions(v1::STAGING, u"staging"_s);
    m_delete_service = add(u"deleteService"_s, tr("Delete the service…"), u"trash"_s,
                           [this] { askToDeleteService(); });
    connect(&models.production, &models::DeploymentSummary::changed, this, [this] { refresh(); });
    connect(&models.staging, &models::DeploymentSummary::changed, this, [this] { refresh(); });
    connect(&context.session, &models::Session::stateChanged, this, [this] { refresh(); });
    refresh();
}

QAction *ServiceActions::add(const QString &name, const QString &text, const QString &icon,
                             std::function<void()> act)
{
    auto *action = new QAction(text, this);
    action->setObjectName(name);
    const auto paint = [this, action, icon] { action->setIcon(m_context.theme.icon(icon)); };
    connect(&m_context.theme, &Theme::changed, action, paint);
    paint();
    connect(action, &QAction::triggered, this, act);
    m_all << action;
    return action;
}

ServiceActions::SlotActions ServiceActions::makeSlotActions(v1::SlotKind slot,
                                                            const QString &prefix)
{
    const auto where = models::slotWord(slot).toLower();
    SlotActions actions;
    actions.slot = slot;
    actions.start = add(prefix + u"Start"_s, tr("Start %1").arg(where), u"play"_s, [this, slot] {
        m_context.session.run(commands::startDeployment(m_models.key, slot),
                              tr("Start %1").arg(nameOf(slot)));
    });
    actions.stop = add(prefix + u"Stop"_s, tr("Stop %1…").arg(where), u"stop"_s,
                       [this, slot] { askToStop(slot); });
    actions.remove = add(prefix + u"Delete"_s, tr("Delete the deployment in %1…").arg(where),
                         u"trash"_s, [this, slot] { askToDelete(slot); });
    return actions;
}

void ServiceActions::fill(QMenu &menu) const
{
    menu.addAction(m_edit);
    for (const auto *slot : {&m_production, &m_staging}) {
        menu.addSeparator();
        menu.addAction(slot->start);
        menu.addAction(slot->stop);
        menu.addAction(slot->remove);
    }
    menu.addSeparator();
    menu.addAction(m_delete_service);
}

void ServiceActions::refresh()
{
    refresh(m_production);
    refresh(m_staging);
    m_edit->setEnabled(m_context.session.isLive());
    m_delete_service->setEnabled(m_context.session.isLive());
}

void ServiceActions::refresh(const SlotActions &actions)
{
    const auto deployment = m_context.store.deploymentIn(m_models.key, actions.slot);
    const bool there = deployment != nullptr && m_context.session.isLive();
    actions.start->setEnabled(there && !deployment->run());
    actions.stop->setEnabled(there && deployment->run());
    actions.remove->setEnabled(there);
}

QString ServiceActions::nameOf(v1::SlotKind slot) const
{
    return tr("“%1” in %2 of %3")
        .arg(m_models.slot(slot).label(), models::slotWord(slot).toLower(), m_models.name);
}

void ServiceActions::askToStop(v1::SlotKind slot)
{
    Question question;
    question.title = tr("Stop %1?").arg(nameOf(slot));
    question.text = tr("Running requests are finished, then its programs end. Nothing answers at "
                       "its address until it is started again; the local disks stay.");
    question.accept = tr("Stop");
    question.dangerous = slot == v1::PRODUCTION;
    const auto id = m_models.slot(slot).deploymentId();
    m_context.prompter.ask(question, this, [this, slot, id](const Answer &answer) {
        if (answer.accepted() && m_models.slot(slot).deploymentId() == id) {
            m_context.session.run(commands::stopDeployment(m_models.key, slot),
                                  tr("Stop %1").arg(nameOf(slot)));
        }
    });
}

void ServiceActions::askToDelete(v1::SlotKind slot)
{
    Question question;
    question.title = tr("Delete %1?").arg(nameOf(slot));
    question.text = tr("Running requests are finished, then its instances and their local disks "
                       "are thrown away. The uploaded package stays.");
    question.points << models::plural(m_models.slot(slot).tally().total,
                                      QT_TR_NOOP("instance is deleted"),
                                      QT_TR_NOOP("instances are deleted"));
    question.accept = tr("Delete");
    question.dangerous = true;
    question.type_to_confirm = slot == v1::PRODUCTION ? m_models.name : QString();
    const auto id = m_models.slot(slot).deploymentId();
    m_context.prompter.ask(question, this, [this, slot, id](const Answer &answer) {
        // After a swap in between the slot holds something else than what was asked about.
        if (answer.accepted() && m_models.slot(slot).deploymentId() == id) {
            m_context.session.run(commands::deleteDeployment(m_models.key, slot),
                                  tr("Delete %1").arg(nameOf(slot)));
        }
    });
}

void ServiceActions::askToDeleteService()
{
    Question question;
    question.title = tr("Delete the service %1?").arg(m_models.name);
    question.text = tr("Its addresses are given back and everything deployed in it is deleted. "
                       "This cannot be undone.");
    for (const auto *slot : {&m_models.production, &m_models.staging}) {
        if (!slot->isEmpty()) {
            question.points << tr("%1: “%2”, %3")
                                   .arg(models::slotWord(slot->slotKind()), slot->label(),
                                        models::plural(slot->tally().total, "instance",
                                                       "instances"));
        }
    }
    question.accept = tr("Delete");
    question.dangerous = true;
    question.type_to_confirm = m_models.name;
    m_context.prompter.ask(question, this, [this](const Answer &answer) {
        if (answer.accepted()) {
            m_context.session.run(commands::deleteService(m_models.key, true),
                                  tr("Delete %1").arg(m_models.name));
        }
    });
}

} // namespace slipway::views
