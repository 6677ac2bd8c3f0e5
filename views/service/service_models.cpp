#include "views/service/service_models.h"

#include "models/base/words.h"

#include <set>

namespace slipway::views
{

using namespace Qt::StringLiterals;

ServiceModels::ServiceModels(PageContext &context, const QString &service_name)
    : name(service_name), key(models::utf8(service_name)),
      production(context.store, context.metrics, key, v1::PRODUCTION),
      staging(context.store, context.metrics, key, v1::STAGING),
      instances(context.store, context.metrics, service_name),
      events(context.session, {.service = key, .deployment = {}, .instance = {}, .host = {}}),
      preflight(context.session, key)
{
}

std::int64_t priceMicros(const models::Session &session, const v1::Deployment &deployment)
{
    std::int64_t sum = 0;
    for (const auto &goal : deployment.goals()) {
        const auto *size = session.size(goal.size());
        if (size == nullptr || size->price_micros_per_hour() == 0) {
            return 0;
        }
        sum += size->price_micros_per_hour() * goal.instance_count();
    }
    return sum;
}

QString serviceFacts(const PageContext &context, const std::string &service)
{
    std::set<std::string> roles;
    std::set<std::uint32_t> domains;
    std::uint64_t instances = 0;
    std::int64_t price = 0;
    bool priced = true;
    for (const auto slot : {v1::PRODUCTION, v1::STAGING}) {
        const auto deployment = context.store.deploymentIn(service, slot);
        if (deployment == nullptr) {
            continue;
        }
        for (const auto &goal : deployment->goals()) {
            roles.insert(goal.role());
        }
        for (const auto &instance : context.store.instancesOf(deployment->id())) {
            ++instances;
            if (!instance->host().empty()) {
                domains.insert(instance->fault_domain());
            }
        }
        const auto micros = priceMicros(context.session, *deployment);
        priced = priced && micros > 0;
        price += micros;
    }
    QStringList facts{models::plural(roles.size(), "role", "roles"),
                      models::plural(instances, "instance", "instances"),
                      models::plural(domains.size(), "fault domain", "fault domains")};
    if (const auto words = models::priceWords(price, context.store.settings().currency());
        priced && !words.isEmpty()) {
        facts << words;
    }
    return facts.join(u" · "_s);
}

} // namespace slipway::views
