// Why a test instance failed: for good, or for now. The one place that decides it.
#pragma once

#include <string>

namespace slipway::host
{

// What else is known of the machine when its words are weighed.
struct MachineFacts {
    // One of the kernel's limits on namespaces is 0: it then says "no space left on device" for
    // good.
    bool namespaces_switched_off = false;
};

enum class RefusalKind {
    Passing, // no space, no memory, a runtime that crashed, a timeout, anything unknown
    Lasting  // the machine denies what the level needs: a system call, a missing kernel part
};

// `words` is all that the runtime or the instance printed. A lasting refusal lowers the level, so
// only words that surely mean one count: whatever may pass, and whatever is not known, is passing.
RefusalKind kindOfRefusal(const std::string &words, const MachineFacts &facts);

// The line of `words` that tells most, for people.
std::string tellingLine(const std::string &words);

} // namespace slipway::host
