#include "backend/fabric/changes.h"

namespace slipway::fabric
{

bool concerns(const v1::Change &change, const std::string &service)
{
    if (service.empty())
        return true;
    switch (change.body_case()) {
    case v1::Change::kService:
        return change.service().name() == service;
    case v1::Change::kDeployment:
        return change.deployment().service() == service;
    case v1::Change::kInstance:
        return change.instance().service() == service;
    case v1::Change::kOperation:
        return change.operation().service() == service;
    case v1::Change::kEvent:
        return change.event().service() == service;
    case v1::Change::kPackage:
        return false;
    default: // hosts, settings, removals
        return true;
    }
}

namespace
{

// Collects the entities that concern a watcher.
class Collector
{
public:
    explicit Collector(const std::string &service) : m_service(service) {}

    template <typename Map, typename Put> void add(const Map &entities, Put put)
    {
        for (const auto &[key, entity] : entities)
            addOne(entity, put);
    }
    template <typename Entity, typename Put> void addOne(const Entity &entity, Put put)
    {
        v1::Change change;
        change.set_revision(entity.revision());
        *put(change) = entity;
        if (concerns(change, m_service))
            changes.push_back(std::move(change));
    }

    std::vector<v1::Change> changes;

private:
    const std::string &m_service;
};

} // namespace

std::vector<v1::Change> entitiesOf(const core::State &state, const std::string &service)
{
    Collector collector(service);
    collector.addOne(state.settings, [](v1::Change &c) { return c.mutable_settings(); });
    collector.add(state.packages, [](v1::Change &c) { return c.mutable_package(); });
    collector.add(state.hosts, [](v1::Change &c) { return c.mutable_host(); });
    collector.add(state.services, [](v1::Change &c) { return c.mutable_service(); });
    collector.add(state.deployments, [](v1::Change &c) { return c.mutable_deployment(); });
    collector.add(state.instances, [](v1::Change &c) { return c.mutable_instance(); });
    collector.add(state.operations, [](v1::Change &c) { return c.mutable_operation(); });
    return std::move(collector.changes);
}

std::vector<v1::WatchResponse> snapshotResponses(std::vector<v1::Change> entities,
                                                 std::uint64_t revision,
                                                 const std::string &fabric_id)
{
    std::vector<v1::WatchResponse> responses(1);
    std::size_t bytes = 0;
    for (v1::Change &entity : entities) {
        const std::size_t size = entity.ByteSizeLong() + 8;
        if (bytes > 0 && bytes + size > kResponseBytesMax) {
            responses.emplace_back();
            bytes = 0;
        }
        bytes += size;
        *responses.back().mutable_snapshot()->add_entities() = std::move(entity);
    }
    for (v1::WatchResponse &response : responses) {
        response.set_revision(revision);
        response.mutable_snapshot()->set_fabric_id(fabric_id);
    }
    responses.back().mutable_snapshot()->set_last(true);
    return responses;
}

std::vector<v1::WatchResponse> changeResponses(const std::vector<v1::Change> &changes,
                                               const std::string &service,
                                               std::uint64_t from_revision,
                                               std::uint64_t to_revision)
{
    std::vector<v1::WatchResponse> responses;
    std::size_t bytes = 0;
    for (const v1::Change &change : changes) {
        if (!concerns(change, service))
            continue;
        const std::size_t size = change.ByteSizeLong() + 8;
        if (responses.empty() || bytes + size > kResponseBytesMax) {
            responses.emplace_back().set_revision(from_revision);
            bytes = 0;
        }
        bytes += size;
        *responses.back().mutable_changes()->add_changes() = change;
    }
    if (!responses.empty())
        responses.back().set_revision(to_revision);
    return responses;
}

} // namespace slipway::fabric
