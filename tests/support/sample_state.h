// Realistic fabrics for view tests and pictures, as snapshots for FakeClient.
#pragma once

#include "slipway/v1/fabric.pb.h"

#include <string>
#include <vector>

namespace slipway::test
{

inline constexpr std::int64_t kSampleNowMs = 1'790'000'000'000; // what the sample's ages refer to
inline const std::string kProductionId = "9f31c2e70000000000000000000000aa";
inline const std::string kStagingId = "b07d44aa0000000000000000000000bb";

struct SampleOptions {
    std::uint32_t web_instances = 5; // in production of guestbook; two worker instances more
    bool degraded = true;            // one cycling, one starting
    bool long_names = false;         // 40 characters
    bool running_operation = true;
    std::uint32_t more_services = 3;
};

// guestbook as in the sketch, some services more, six hosts, packages, operations, events.
std::vector<v1::Change> sampleState(const SampleOptions &options = {});
std::vector<v1::Change> emptyState(); // hosts and settings only: a first run
v1::FabricStatus sampleStatus();
// One second of metrics of every instance and the totals of its deployments.
v1::MetricBatch sampleMetrics(const std::vector<v1::Change> &state, std::int64_t time_ms);
// `seconds` of the past of one instance (empty: the total) of a deployment, until kSampleNowMs.
v1::MetricBatch sampleHistory(const std::string &deployment, const std::string &instance,
                              int seconds);

v1::RoleInstance sampleInstance(const std::string &deployment, const std::string &role,
                                std::uint32_t index);
v1::Change changeOf(const v1::RoleInstance &instance);
v1::Change changeOf(const v1::CloudService &service);
v1::Change changeOf(const v1::Deployment &deployment);
v1::Change changeOf(const v1::Operation &operation);
v1::Change changeOf(const v1::Event &event);
v1::Change changeOf(const v1::Host &host);
v1::Change changeOf(const v1::Package &package);
v1::Change changeOf(const v1::Settings &settings);
v1::Change removedInstance(const std::string &deployment, const std::string &name);
v1::Change removed(v1::Removed::Kind kind, const std::string &id);

} // namespace slipway::test
