// The JSON of the command line, written by hand so that scripts can rely on it: snake_case, numbers
// as numbers, nothing omitted, states by the field's names. docs/slipwayctl.md describes it.
#pragma once

#include "app/ctl/fabric_snapshot.h"

#include <nlohmann/json.hpp>

namespace slipway::ctl
{

using Json = nlohmann::ordered_json;

Json serviceJson(const FabricSnapshot &snapshot, const v1::CloudService &service);
Json instanceJson(const FabricSnapshot &snapshot, const v1::RoleInstance &instance);
Json hostJson(const v1::Host &host);
Json packageJson(const v1::Package &package);
Json operationJson(const v1::Operation &operation);
Json eventJson(const v1::Event &event);
Json settingsJson(const v1::Settings &settings);
Json sizeJson(const v1::VmSize &size);
Json statusJson(const v1::FabricStatus &status);
Json replyJson(const v1::CommandReply &reply);
Json sampleJson(const v1::MetricSample &sample);
Json logLineJson(const v1::LogLine &line, const v1::Deployment &deployment);
// One line of `watch`: {revision, kind, removed, id, parent_id, entity}.
Json changeJson(const FabricSnapshot &snapshot, const v1::Change &change);
Json problemJson(const v1::Problem &problem);
Json checkJson(const v1::Check &check);

template <typename Messages, typename Mapper> Json listJson(const Messages &messages, Mapper mapper)
{
    Json list = Json::array();
    for (const auto &message : messages)
        list.push_back(mapper(message));
    return list;
}

} // namespace slipway::ctl
