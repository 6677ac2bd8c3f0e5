// What a sample tells, and what it does not.
#pragma once

#include "slipway/v1/measures.pb.h"

namespace slipway
{

// A sample that says neither comes from before it was said: all of it counts.
inline bool hasLoad(const v1::MetricSample &sample)
{
    return sample.load_measured() || !sample.traffic_measured();
}

inline bool hasTraffic(const v1::MetricSample &sample)
{
    return sample.traffic_measured() || !sample.load_measured();
}

} // namespace slipway
