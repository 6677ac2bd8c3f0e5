// The core with its memory: applies inputs at once, makes them durable together, answers
// afterwards.
#pragma once

#include "backend/core/core.h"
#include "backend/fabric/event_limiter.h"
#include "backend/fabric/parts.h"
#include "backend/fabric/request.h"
#include "backend/store/store.h"
#include "backend/sys/clock.h"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace slipway::fabric
{

// What one commit brought. `answers` are called after watchers were told.
struct Committed {
    std::vector<v1::Change> changes;
    std::vector<std::function<void()>> answers;
    bool reloaded = false; // the store was lost for a while; the state is again what it holds
    std::string recovered; // then: why
};

// On the fabric's thread. Several commands may share one transaction; none is answered before it
// is on the disk.
class Machine
{
public:
    // `wake` is called when there is something to commit; the owner calls commit() soon after.
    Machine(store::Store &store, core::State state, const sys::Clock &clock,
            std::function<void()> wake, StationObserver passed);

    void execute(const Request &request, Done<v1::CommandReply> done);
    // True when `done` is, or will be, called: the same request was answered within the last 24
    // hours (the same answer), its id was used for another one (REQUEST_ID_REUSED), or the store
    // cannot tell.
    bool answerAgain(const Request &request, const Done<v1::CommandReply> &done);
    void observe(const v1::Observation &observation);
    void observe(const std::vector<v1::Observation> &observations); // of instances, as one step
    Committed commit();

    // The machine slept.
    void restartWaits() { core::restartWaits(m_state); }

    // Holds what is not committed yet: look at it after commit() only.
    const core::State &state() const { return m_state; }
    std::uint64_t committedRevision() const { return m_committed_revision; }
    // Adrift, with this cause, until it is called with nothing: the store is another fabric's.
    void bar(const std::optional<v1::Error> &cause);
    // The store cannot be written or read, or is no longer the file that the next start will read:
    // nothing may be decided or shown by the state. Commands are refused, observations dropped;
    // each tick tries again.
    bool adrift() const { return m_adrift.has_value(); }
    const v1::Error &adriftCause() const { return *m_adrift; }

private:
    struct Answer {
        Done<v1::CommandReply> done;
        Result<v1::CommandReply> result;
    };

    core::Context context() const;
    Result<std::optional<store::AnsweredRequest>> earlier(const Request &request);
    void keep(std::vector<v1::Change> changes);
    void keepObserved(const v1::Observation &observation);
    void reload(Committed &committed);
    void drift(const v1::Error &cause);
    void lookAfterStore();

    store::Store &m_store;
    core::State m_state;
    const sys::Clock &m_clock;
    std::function<void()> m_wake;
    StationObserver m_passed;
    EventLimiter m_limiter;
    std::vector<v1::Change> m_pending;
    std::vector<Answer> m_answers;
    std::map<std::string, store::AnsweredRequest> m_answered; // by request id; not committed yet
    std::optional<v1::Error> m_adrift;
    std::optional<v1::Error> m_barred;
    std::uint64_t m_committed_revision;
};

// Rebuilds a state from what was stored.
core::State stateFrom(const store::Loaded &loaded);

} // namespace slipway::fabric
