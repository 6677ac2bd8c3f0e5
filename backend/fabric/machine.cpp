#include "backend/fabric/machine.h"

#include "backend/sys/random.h"

#include <algorithm>
#include <iterator>
#include <spdlog/spdlog.h>

namespace slipway::fabric
{

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
      m_passed(std::move(passed))
{
}

core::Context Machine::context() const
{
    return {m_clock.wallMs(), sys::randomHex(32), m_clock.steadyMs()};
}

void Machine::execute(const v1::Command &command, Done<v1::CommandReply> done)
{
    if (m_adrift) {
        m_answers.push_back({std::move(done), Failure(*m_adrift)});
        return m_wake();
    }
    auto applied = core::apply(m_state, command, context());
    m_passed(Station::Applied);
    if (!applied) {
        m_answers.push_back({std::move(done), Failure(applied.error())});
        return m_wake();
    }
    m_answers.push_back({std::move(done), std::move(applied->reply)});
    keep(std::move(applied->changes));
    m_wake();
}

void Machine::observe(const v1::Observation &observation)
{
    if (m_adrift) {
        if (observation.has_tick_time_ms())
            m_wake(); // the rest is told again once the store can be read
        return;
    }
    keep(core::observe(m_state, observation, context()));
    if (!m_pending.empty())
        m_wake();
}

void Machine::keep(std::vector<v1::Change> changes)
{
    std::move(changes.begin(), changes.end(), std::back_inserter(m_pending));
}

Committed Machine::commit()
{
    Committed committed;
    committed.changes = std::exchange(m_pending, {});
    std::vector<Answer> answers = std::exchange(m_answers, {});
    if (m_adrift)
        reload(committed);
    else if (const auto stored =
                 m_store.commit(committed.changes, [this] { m_passed(Station::Written); }))
        m_passed(Station::Committed);
    else {
        spdlog::error("{}", stored.error().message());
        committed.changes.clear();
        reload(committed);
        for (Answer &answer : answers)
            if (answer.result)
                answer.result = Failure(stored.error());
    }
    for (Answer &answer : answers)
        committed.answers.push_back([answer = std::move(answer)] { answer.done(answer.result); });
    return committed;
}

// What could not be written did not happen: the state goes back to what the store holds. On a full
// disk reading may fail, too; then nothing happens at all until it works again.
void Machine::reload(Committed &committed)
{
    const auto loaded = m_store.load();
    if (loaded) {
        if (std::exchange(m_adrift, std::nullopt))
            spdlog::info("The store can be read again; the fabric goes on.");
        m_state = stateFrom(*loaded);
        committed.reloaded = true;
        return;
    }
    if (!m_adrift)
        spdlog::critical("{} Until it can be read again the fabric decides nothing.",
                         loaded.error().message());
    m_adrift = makeError(v1::Error::UNAVAILABLE, "STORE_UNREADABLE",
                         "The fabric can neither write nor read its store, and decides nothing "
                         "until it can: " +
                             loaded.error().message(),
                         loaded.error().subject());
}

} // namespace slipway::fabric
