#include "models/base/watch_batch.h"

#include <algorithm>
#include <iterator>

namespace slipway::models
{

namespace
{

std::string removedKey(const v1::Removed &removed)
{
    switch (removed.kind()) {
    case v1::Removed::SERVICE:
        return "s/" + removed.id();
    case v1::Removed::DEPLOYMENT:
        return "d/" + removed.id();
    case v1::Removed::INSTANCE:
        return "i/" + removed.parent_id() + "/" + removed.id();
    case v1::Removed::HOST:
        return "h/" + removed.id();
    case v1::Removed::PACKAGE:
        return "p/" + removed.id();
    case v1::Removed::OPERATION:
        return "o/" + removed.id();
    default:
        return {};
    }
}

} // namespace

std::string changeKey(const v1::Change &change)
{
    switch (change.body_case()) {
    case v1::Change::kService:
        return "s/" + change.service().name();
    case v1::Change::kDeployment:
        return "d/" + change.deployment().id();
    case v1::Change::kInstance:
        return "i/" + change.instance().deployment_id() + "/" + change.instance().name();
    case v1::Change::kHost:
        return "h/" + change.host().id();
    case v1::Change::kPackage:
        return "p/" + change.package().digest();
    case v1::Change::kOperation:
        return "o/" + change.operation().id();
    case v1::Change::kSettings:
        return "settings";
    case v1::Change::kRemoved:
        return removedKey(change.removed());
    default:
        return {};
    }
}

void WatchBatch::add(const v1::WatchResponse &response)
{
    switch (response.body_case()) {
    case v1::WatchResponse::kSnapshot:
        addSnapshot(response.snapshot());
        break;
    case v1::WatchResponse::kChanges:
        for (const auto &change : response.changes().changes()) {
            merge(change);
        }
        live = true;
        break;
    case v1::WatchResponse::kHeartbeat:
        live = true;
        break;
    case v1::WatchResponse::kResync:
        resync = true;
        break;
    default:
        break;
    }
    revision = std::max(revision, response.revision());
}

void WatchBatch::addSnapshot(const v1::Snapshot &chunk)
{
    if (!m_snapshot_open) {
        changes.clear();
        m_places.clear();
        m_snapshot_open = true;
        snapshot = true;
        live = false;
    }
    for (const auto &change : chunk.entities()) {
        merge(change);
    }
    if (!chunk.fabric_id().empty()) {
        fabric_id = chunk.fabric_id();
    }
    if (chunk.last()) {
        m_snapshot_open = false;
        live = true;
    }
}

WatchBatch WatchBatch::takePart(std::size_t most)
{
    WatchBatch part;
    part.snapshot = snapshot && m_taken == 0;
    part.continues = snapshot && m_taken > 0;
    part.fabric_id = fabric_id;
    while (!isTaken() && part.changes.size() < most) {
        auto &change = changes[m_taken++];
        (change.has_event() ? m_events : part.changes).push_back(std::move(change));
    }
    if (isTaken()) {
        std::move(m_events.begin(), m_events.end(), std::back_inserter(part.changes));
        part.revision = revision;
        part.live = live;
        part.resync = resync;
    }
    return part;
}

void WatchBatch::merge(const v1::Change &change)
{
    const auto key = changeKey(change);
    if (key.empty()) {
        changes.push_back(change);
        return;
    }
    const auto [place, fresh] = m_places.try_emplace(key, changes.size());
    if (fresh) {
        changes.push_back(change);
    } else {
        changes[place->second] = change;
    }
}

} // namespace slipway::models
