// The core with its memory: applies inputs at once, makes them durable together, answers
// afterwards.
#pragma once

#include "backend/core/core.h"
#include "backend/fabric/parts.h"
#include "backend/store/store.h"
#include "backend/sys/clock.h"

#include <functional>
#include <optional>
#include <vector>

namespace slipway::fabric
{

// What one commit brought. `answers` are called after watchers were told.
struct Committed {
    std::vector<v1::Change> changes;
    std::vector<std::function<void()>> answers;
    bool reloaded = false; // the write failed; the state is again what the store holds
};

// On the fabric's thread. Several commands may share one transaction; none is answered before it
// is on the disk.
class Machine
{
public:
    // `wake` is called when there is something to commit; the owner calls commit() soon after.
    Machine(store::Store &store, core::State state, const sys::Clock &clock,
            std::function<void()> wake, StationObserver passed);

    void execute(const v1::Command &command, Done<v1::CommandReply> done);
    void observe(const v1::Observation &observation);
    Committed commit();

    // The machine slept.
    void restartWaits() { core::restartWaits(m_state); }

    // Holds what is not committed yet: look at it after commit() only.
    const core::State &state() const { return m_state; }
    // The state holds what the store refused, and the store cannot be read: nothing may be decided
    // or shown by it. Commands are refused, observations dropped; each tick tries to read again.
    bool adrift() const { return m_adrift.has_value(); }
    const v1::Error &adriftCause() const { return *m_adrift; }

private:
    struct Answer {
        Done<v1::CommandReply> done;
        Result<v1::CommandReply> result;
    };

    core::Context context() const;
    void keep(std::vector<v1::Change> changes);
    void reload(Committed &committed);

    store::Store &m_store;
    core::State m_state;
    const sys::Clock &m_clock;
    std::function<void()> m_wake;
    StationObserver m_passed;
    std::vector<v1::Change> m_pending;
    std::vector<Answer> m_answers;
    std::optional<v1::Error> m_adrift;
};

// Rebuilds a state from what was stored.
core::State stateFrom(const store::Loaded &loaded);

} // namespace slipway::fabric
