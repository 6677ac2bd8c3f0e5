// Whether a data folder is sound: its store's rows, what they refer to, and the packages beside it.
#pragma once

#include "backend/proto/result.h"
#include "backend/sys/paths.h"
#include "slipway/v1/fabric.pb.h"

#include <atomic>

namespace slipway::fabric
{

// Reads everything and changes nothing; any thread, also while the fabric runs. Errors: there is no
// store that can be read at all; CANCELLED soon after `stop`.
Result<v1::CheckStoreReply> checkData(const sys::Paths &paths, const std::atomic<bool> &stop);

} // namespace slipway::fabric
