// From the best level down to the first that this machine can hold.
#pragma once

#include "backend/host/refusal.h"
#include "backend/proto/isolation_level.h"

#include <functional>
#include <optional>
#include <string>

namespace slipway::host
{

// How a test instance of one level went.
struct Attempt {
    bool held = false;
    std::string problem; // in words, when it did not hold
    RefusalKind kind = RefusalKind::Passing;

    static Attempt success() { return {true, {}, RefusalKind::Passing}; }
    static Attempt missing(std::string what)
    {
        return {false, std::move(what), RefusalKind::Lasting};
    }
};

struct LadderRules {
    std::optional<IsolationLevel> floor; // what the fabric started with; nothing: it starts now
    bool accept_no_isolation = false;    // the operator's word
};

struct Standing {
    IsolationLevel level = IsolationLevel::None;
    std::string advice;       // what would raise it; empty at the top
    std::string unfit_reason; // why nothing may run here now; empty: it may
};

// A level is left for the next lower one only when the machine refuses it for good, twice in a row
// and in the same way; else the host is unfit. Below the floor nothing is tried, and no isolation
// is never tried without the operator's word.
Standing climbDown(const LadderRules &rules, const std::function<Attempt(IsolationLevel)> &attempt);

// What an old Landlock leaves open to confined instances, and what would close it; empty at the
// newest.
std::string landlockAdvice(int version);

// What the operator can do about a level that the machine refuses so.
std::string adviceFor(IsolationLevel refused, const std::string &problem, bool is_root);
// About disks that only counting holds, and about a test disk that failed for what may pass.
std::string diskAdvice(const std::string &problem);
std::string diskReason(const std::string &problem);

} // namespace slipway::host
