#include "views/services/service_menu.h"

#include "models/base/words.h"
#include "models/services/service_model.h"
#include "models/session/commands.h"
#include "models/session/session.h"
#include "views/theme/theme.h"
#include "views/widgets/navigator.h"

#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;
using models::utf8;

namespace
{

QString tr(const char *source)
{
    return QCoreApplication::translate("ServiceMenu", source);
}

QString addressOf(const PageContext &context, const QString &name)
{
    const auto service = context.store.service(utf8(name));
    return service ? models::slotAddresses(service->production()).value(0) : QString();
}

void openInBrowser(PageContext &context, const QString &address)
{
    if (!context.prompter.openAddress(address)) {
        context.navigator.notify(models::Condition::Attention,
                                 tr("No browser could be opened; go to %1.").arg(address));
    }
}

// "Production: v1.4, 7 instances"
QString deploymentWords(const PageContext &context, const v1::Slot &slot)
{
    const auto deployment = context.store.deployment(slot.deployment_id());
    const auto label = deployment == nullptr || deployment->label().empty()
                           ? models::shortId(slot.deployment_id())
                           : text(deployment->label());
    return tr("%1: %2, %3")
        .arg(models::slotWord(slot.kind()), label,
             models::plural(context.store.tally(slot.deployment_id()).total, "instance",
                            "instances"));
}

} // namespace

QMenu *makeServiceMenu(PageContext &context, const QString &name, QAction *remove, QWidget *parent)
{
    auto *menu = new QMenu(parent);
    menu->setObjectName(u"serviceMenu"_s);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto address = addressOf(context, name);
    auto *open = menu->addAction(context.theme.icon(u"forward"_s), tr("Open %1").arg(name),
                                 [&context, name] { context.navigator.openService(name); });
    open->setObjectName(u"openService"_s);
    menu->setDefaultAction(open);
    auto *browse =
        menu->addAction(context.theme.icon(u"open"_s), tr("Open production in the browser"),
                        [&context, address] { openInBrowser(context, address); });
    browse->setObjectName(u"browseService"_s);
    browse->setEnabled(address.startsWith(u"http"_s));
    auto *copy = menu->addAction(context.theme.icon(u"copy"_s), tr("Copy production’s address"),
                                 [address] { QGuiApplication::clipboard()->setText(address); });
    copy->setObjectName(u"copyService"_s);
    copy->setEnabled(!address.isEmpty());
    menu->addSeparator();
    menu->addAction(remove);
    return menu;
}

Question deletionQuestion(const PageContext &context, const QString &name)
{
    Question question;
    question.title = tr("Delete %1?").arg(name);
    question.text = tr("The service and both its addresses go for good.");
    question.accept = tr("Delete service");
    question.dangerous = true;
    question.type_to_confirm = name;
    if (const auto service = context.store.service(utf8(name))) {
        for (const auto *slot : {&service->production(), &service->staging()}) {
            if (!slot->deployment_id().empty()) {
                question.points << deploymentWords(context, *slot);
            }
        }
    }
    if (!question.points.isEmpty()) {
        question.text =
            tr("What runs in it is stopped and deleted, and its addresses go for good:");
    }
    return question;
}

void deleteServiceAfterQuestion(PageContext &context, const QString &name, QObject *owner)
{
    const auto question = deletionQuestion(context, name);
    const bool with_deployments = !question.points.isEmpty();
    context.prompter.ask(question, owner, [&context, name, with_deployments](Answer answer) {
        if (answer.accepted()) {
            context.session.run(models::commands::deleteService(utf8(name), with_deployments),
                                tr("Delete %1").arg(name));
        }
    });
}

} // namespace slipway::views
