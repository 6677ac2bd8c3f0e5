#include "views/widgets/attention.h"

#include "models/base/words.h"
#include "models/hosts/isolation.h"

#include <QCoreApplication>
#include <algorithm>

namespace slipway::views
{

using models::Condition;
using models::text;

namespace
{

QString tr(const char *source)
{
    return QCoreApplication::translate("Attention", source);
}

bool needsAPerson(Condition condition)
{
    return condition == Condition::Failed || condition == Condition::Attention;
}

AttentionItem itemOf(const v1::RoleInstance &instance)
{
    const models::InstanceId id{instance.deployment_id(), instance.name()};
    return {models::conditionOf(instance.state()),
            tr("%1 of %2: %3")
                .arg(text(instance.name()), text(instance.service()),
                     models::stateWord(instance.state())),
            text(instance.reason()),
            instance.state_time_ms(),
            {PageId::Service, text(instance.service()), id.toString()}};
}

AttentionItem itemOf(const v1::Host &host)
{
    return {models::conditionOf(host),
            tr("%1: %2").arg(text(host.id()), models::stateWord(host)),
            text(host.unfit_reason().empty() ? host.reason() : host.unfit_reason()),
            host.state_time_ms(),
            {PageId::Hosts, text(host.id()), {}}};
}

} // namespace

std::uint64_t countOfWhatNeedsAPerson(const models::Session &session)
{
    const auto &store = session.store();
    std::uint64_t count = session.status().edge_problem().empty() ? 0 : 1;
    for (const auto &[id, host] : store.hosts()) {
        count += needsAPerson(models::conditionOf(*host)) ? 1 : 0;
    }
    for (const auto &[id, deployment] : store.deployments()) {
        const auto tally = store.tally(id);
        for (std::size_t state = 0; state < tally.by_state.size(); ++state) {
            const auto condition = models::conditionOf(v1::RoleInstance::State(int(state)));
            count += needsAPerson(condition) ? tally.by_state[state] : 0;
        }
    }
    return count;
}

QList<AttentionItem> whatNeedsAPerson(const models::Session &session)
{
    const auto &store = session.store();
    QList<AttentionItem> items;
    for (const auto &[id, host] : store.hosts()) {
        if (needsAPerson(models::conditionOf(*host))) {
            items << itemOf(*host);
        }
    }
    for (const auto &[id, instance] : store.instances()) {
        if (needsAPerson(models::conditionOf(instance->state()))) {
            items << itemOf(*instance);
        }
    }
    std::stable_sort(items.begin(), items.end(), [](const auto &left, const auto &right) {
        return left.condition != right.condition ? left.condition == Condition::Failed
                                                 : left.since_ms > right.since_ms;
    });
    if (const auto &problem = session.status().edge_problem(); !problem.empty()) {
        items.prepend({Condition::Failed,
                       tr("No address is served"),
                       text(problem),
                       0,
                       {PageId::Activity, {}, {}}});
    }
    return items;
}

} // namespace slipway::views
