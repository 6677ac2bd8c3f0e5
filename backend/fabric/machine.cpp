#include "backend/fabric/machine.h"

#include "backend/core/observe_all.h"
#include "backend/sys/random.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <spdlog/spdlog.h>

namespace slipway::fabric
{

namespace
{

constexpr const char *kProbeKey = "written"; // wall time of the last try, in ms

// A loss that somebody has to look after; others pass.
bool saysWhatToDo(const v1::Error &error)
{
    return error.reason() == "STORE_REPLACED" || error.reason() == "STORE_CHANGED" ||
           error.reason() == "FABRIC_OUSTED";
}

} // namespace

core::State stateFrom(const store::Loaded &loaded)
{
    core::State state;
    for (const v1::Change &change : loaded.changes)
        core::restore(state, change);
    // The last change may have been a removal, of which no row is left.
    state.revision = std::max(state.revision, loaded.revision);
    state.next_event_id = std::max(state.next_event_id, loaded.next_event_id);
    return state;
}

Machine::Machine(store::Store &store, core::State state, const sys::Clock &clock,
                 std::function<void()> wake, StationObserver passed)
    : m_store(store), m_state(std::move(state)), m_clock(clock), m_wake(std::move(wake)),
      m_passed(std::move(passed)), m_committed_revision(m_state.revision)
{
}

core::Context Machine::context() const
{
    return {m_clock.wallMs(), sys::randomHex(32), m_clock.steadyMs()};
}

void Machine::execute(const Request &request, Done<v1::CommandReply> done)
{
    if (m_adrift) {
        m_answers.push_back({std::move(done), Failure(*m_adrift)});
        return m_wake();
    }
    const core::Context now = context();
    auto applied = core::apply(m_state, request.command, now);
    m_passed(Station::Applied);
    if (!applied) {
        m_answers.push_back({std::move(done), Failure(applied.error())});
        return m_wake();
    }
    for (const v1::Problem &problem : request.warnings)
        *applied->reply.add_problems() = problem;
    if (!request.digest.empty())
        m_answered[request.command.request_id()] = {request.command.request_id(), request.digest,
                                                    now.now_ms, applied->reply};
    m_answers.push_back({std::move(done), std::move(applied->reply)});
    keep(std::move(applied->changes));
    m_wake();
}

bool Machine::answerAgain(const Request &request, const Done<v1::CommandReply> &done)
{
    if (request.digest.empty() || m_adrift)
        return false;
    const auto known = earlier(request);
    if (known && !known->has_value())
        return false;
    if (!known)
        m_answers.push_back({done, Failure(known.error())});
    else if ((*known)->digest == request.digest)
        m_answers.push_back({done, (*known)->reply});
    else
        m_answers.push_back(
            {done, failure(v1::Error::INVALID_ARGUMENT, "REQUEST_ID_REUSED",
                           "The request id " + request.command.request_id() +
                               " was used within the last 24 hours for another request. Every "
                               "request needs an id of its own; only a repetition has the same.",
                           request.command.request_id())});
    m_wake();
    return true;
}

// What is not written yet is answered together with the first one, or refused with it.
Result<std::optional<store::AnsweredRequest>> Machine::earlier(const Request &request)
{
    const auto found = m_answered.find(request.command.request_id());
    if (found != m_answered.end())
        return found->second;
    return m_store.answered(request.command.request_id());
}

void Machine::observe(const v1::Observation &observation)
{
    if (m_adrift) {
        if (observation.has_tick_time_ms())
            m_wake(); // the rest is told again once the store can be read
        return;
    }
    if (observation.has_tick_time_ms())
        lookAfterStore();
    if (m_adrift)
        return m_wake();
    keepObserved(observation);
    if (observation.has_tick_time_ms())
        for (v1::Happening &summary : m_limiter.takeSummaries(m_clock.wallMs())) {
            v1::Observation told;
            *told.mutable_happening() = std::move(summary);
            keepObserved(told);
        }
    if (!m_pending.empty())
        m_wake();
}

void Machine::observe(const std::vector<v1::Observation> &observations)
{
    if (m_adrift)
        return; // they are told again
    const core::Context now = context();
    std::vector<v1::Change> changes = core::observeAll(m_state, observations, now);
    m_limiter.limit(changes, now.now_ms);
    keep(std::move(changes));
    if (!m_pending.empty())
        m_wake();
}

void Machine::keepObserved(const v1::Observation &observation)
{
    const core::Context now = context();
    std::vector<v1::Change> changes = core::observe(m_state, observation, now);
    m_limiter.limit(changes, now.now_ms);
    keep(std::move(changes));
}

void Machine::keep(std::vector<v1::Change> changes)
{
    std::move(changes.begin(), changes.end(), std::back_inserter(m_pending));
}

// Nobody need ask for something to learn that the store is gone.
void Machine::lookAfterStore()
{
    if (const auto ours = m_store.stillOurs(); !ours)
        drift(ours.error());
}

Committed Machine::commit()
{
    Committed committed;
    committed.changes = std::exchange(m_pending, {});
    std::vector<Answer> answers = std::exchange(m_answers, {});
    std::vector<store::AnsweredRequest> answered;
    for (auto &[id, request] : std::exchange(m_answered, {}))
        answered.push_back(std::move(request));
    const bool was_adrift = adrift();
    std::optional<v1::Error> lost = m_adrift; // what was applied before it was noticed
    if (!was_adrift) {
        const auto stored = m_store.commit(
            committed.changes, [this] { m_passed(Station::Written); }, answered);
        if (stored) {
            m_passed(Station::Committed);
            m_committed_revision = m_state.revision;
        } else {
            lost = stored.error();
            drift(*lost);
        }
    }
    if (lost) {
        committed.changes.clear();
        if (was_adrift) // tried at once it would fail again, as fast as it is asked
            reload(committed);
        for (Answer &answer : answers)
            if (answer.result)
                answer.result = Failure(*lost);
    }
    for (Answer &answer : answers)
        committed.answers.push_back([answer = std::move(answer)] { answer.done(answer.result); });
    return committed;
}

// What could not be written did not happen: the state goes back to what the store holds. As long as
// it cannot be written (on a full disk reading may fail, too) nothing happens at all: a state that
// takes in nothing would be shown as true, and whoever is asked again answers in vain.
void Machine::reload(Committed &committed)
{
    assert(m_adrift);
    if (m_barred)
        return drift(*m_barred);
    const auto written = m_store.setValue(kProbeKey, std::to_string(m_clock.wallMs()));
    if (!written)
        return drift(written.error());
    const auto loaded = m_store.load();
    if (!loaded)
        return drift(loaded.error());
    spdlog::info("The store can be used again; the fabric goes on.");
    committed.recovered = m_adrift->message();
    m_adrift.reset();
    m_state = stateFrom(*loaded);
    m_committed_revision = m_state.revision;
    committed.reloaded = true;
}

void Machine::bar(const std::optional<v1::Error> &cause)
{
    if (m_barred.has_value() == cause.has_value())
        return;
    m_barred = cause;
    if (m_barred)
        drift(*m_barred);
    m_wake();
}

void Machine::drift(const v1::Error &cause)
{
    const v1::Error shown =
        saysWhatToDo(cause)
            ? cause
            : makeError(v1::Error::UNAVAILABLE, "STORE_UNUSABLE",
                        "The fabric cannot use its store, and decides nothing until it can; what "
                        "runs goes on: " +
                            cause.message(),
                        cause.subject());
    if (!m_adrift || m_adrift->reason() != shown.reason())
        spdlog::critical("{} Until then the fabric decides nothing.", cause.message());
    m_adrift = shown;
}

} // namespace slipway::fabric
