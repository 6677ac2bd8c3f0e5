// Whether the kernel would make namespaces at all.
#pragma once

namespace slipway::sys
{

// One of the limits /proc/sys/user/max_*_namespaces is 0. Making one then fails as if the machine
// were full ("No space left on device"), and always will.
bool namespacesSwitchedOff();

} // namespace slipway::sys
