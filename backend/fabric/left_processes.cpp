#include "backend/fabric/left_processes.h"

#include "backend/sys/sandbox.h"
#include "backend/sys/sandbox_processes.h"

namespace slipway::fabric
{

void killLeftProcesses(const sys::Paths &paths)
{
    // Hosts first: their agents end without them.
    for (const int pid : sys::processesMentioning(paths.runtime.string()))
        sys::endProcess(pid, false);
    for (const int pid : sys::firstProcessesIn(paths.runtime / "runc"))
        sys::endProcess(pid, false);
}

} // namespace slipway::fabric
