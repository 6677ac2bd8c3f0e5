#include "tests/views/service/service_samples.h"

#include "views/service/service_page.h"

#include <algorithm>

namespace slipway::test
{

using namespace Qt::StringLiterals;

v1::CommandReply swapReply(const std::vector<std::string> &failing,
                           const std::vector<std::string> &warning)
{
    static const std::pair<const char *, const char *> kTitles[] = {
        {"Staging has a deployment", "\"v1.5 – new checkout\" is deployed in staging"},
        {"No update in progress", "no operation is running"},
        {"No healing in progress", "no instance is being healed"},
        {"All instances are ready", "every instance is ReadyRole"},
        {"Both have the same input endpoints", "both have 80/HTTP"},
        {"Reserved addresses match", "no reserved addresses in this fabric"},
        {"The deployments are those you saw", "nothing changed since"},
        {"No IaaS virtual machines", "all roles are web or worker roles"},
        {"No migration lock", "nothing is being migrated"},
    };
    const auto has = [](const auto &ids, const std::string &id) {
        return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    v1::CommandReply reply;
    for (int i = 0; i < 9; ++i) {
        auto &check = *reply.add_checks();
        check.set_id("S" + std::to_string(i + 1));
        check.set_title(kTitles[i].first);
        check.set_reason(kTitles[i].second);
        check.set_result(v1::Check::PASSED);
        if (has(failing, check.id())) {
            check.set_result(v1::Check::FAILED);
            check.set_reason("staging: WebRole_IN_1 is StartingRole");
        } else if (has(warning, check.id())) {
            check.set_result(v1::Check::WARNED);
            check.set_reason("production: WorkerRole_IN_1 is CyclingRole; it leaves production, so "
                             "this does not matter");
        }
    }
    reply.add_preview("\"v1.5 – new checkout\" moves to production.");
    reply.add_preview("\"v1.4 – spring pages\" moves to staging.");
    reply.add_preview("Addresses and ports stay with their slots; no instance restarts.");
    return reply;
}

views::PageFactory servicePages()
{
    return {
        views::pageEntry<views::ServicePage>(views::PageId::Service, u"Services"_s, u"services"_s)};
}

v1::MetricBatch sampleHistories(const std::vector<v1::Change> &state, int seconds)
{
    v1::MetricBatch batch;
    for (const auto &id : {kProductionId, kStagingId}) {
        batch.MergeFrom(sampleHistory(id, {}, seconds));
    }
    int charted = 0;
    for (const auto &change : state) {
        if (change.has_instance() && charted++ < 12) {
            batch.MergeFrom(sampleHistory(change.instance().deployment_id(),
                                          change.instance().name(), seconds));
        }
    }
    return batch;
}

std::vector<v1::Change> swapped(const std::vector<v1::Change> &state)
{
    std::vector<v1::Change> changes;
    for (const auto &change : state) {
        if (change.has_service() && change.service().name() == "guestbook") {
            auto service = change.service();
            service.mutable_production()->set_deployment_id(kStagingId);
            service.mutable_staging()->set_deployment_id(kProductionId);
            changes.push_back(changeOf(service));
        } else if (change.has_deployment() && change.deployment().service() == "guestbook") {
            auto deployment = change.deployment();
            deployment.set_slot(deployment.id() == kStagingId ? v1::PRODUCTION : v1::STAGING);
            changes.push_back(changeOf(deployment));
        }
    }
    return changes;
}

} // namespace slipway::test
