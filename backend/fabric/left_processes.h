// The last resort at the end of a fabric that does not end.
#pragma once

#include "backend/sys/paths.h"

namespace slipway::fabric
{

// Kills, without waiting, the hosts, the keeper, HAProxy and the first process of every sandbox
// that belong to these folders. Their disks and folders stay; the next start clears them up.
void killLeftProcesses(const sys::Paths &paths);

} // namespace slipway::fabric
