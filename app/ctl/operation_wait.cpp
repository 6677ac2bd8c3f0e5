#include "app/ctl/operation_wait.h"

#include "app/ctl/watch_reader.h"
#include "app/ctl/words.h"
#include "backend/sys/terminal.h"

#include <thread>

namespace slipway::ctl
{

namespace
{

using Clock = WatchReader::Clock;
using Ended = std::optional<Result<v1::Operation>>; // none: look again

constexpr auto kRetryInterval = std::chrono::milliseconds(200);

bool hasEnded(const v1::Operation &operation)
{
    return operation.state() != v1::Operation::Running &&
           operation.state() != v1::Operation::STATE_UNSPECIFIED;
}

v1::Error timedOut(const std::string &id, const std::string &phase)
{
    return makeError(v1::Error::DEADLINE_EXCEEDED, "WAIT_TIMED_OUT",
                     "Operation " + id + " has not ended in time and goes on" +
                         (phase.empty() ? "" : " (" + phase + ")") +
                         ". Wait again with \"slipwayctl "
                         "operation wait " +
                         id + "\".",
                     id);
}

// Says a phase once, to a person.
class PhaseLine
{
public:
    explicit PhaseLine(Context &context)
        : m_context(context), m_shown(sys::isTerminal(sys::Stream::Error))
    {
    }
    void show(const v1::Operation &operation)
    {
        if (operation.phase().empty() || operation.phase() == m_last)
            return;
        m_last = operation.phase();
        if (m_shown)
            m_context.err << "  " << printable(m_last) << std::endl;
    }
    const std::string &last() const { return m_last; }

private:
    Context &m_context;
    bool m_shown;
    std::string m_last;
};

// One watch, as long as it lasts. The operation may have ended before it began: then it is in the
// snapshot, or, long ended, only in the fabric's books.
Ended watchOnce(Context &context, const std::string &id, Clock::time_point until, PhaseLine &phases)
{
    v1::WatchRequest request;
    request.set_recent_events(1);
    WatchReader reader(context.session(), request);
    bool found = false;
    while (auto message = reader.next(until)) {
        const bool snapshot = message->has_snapshot();
        const auto &changes =
            snapshot ? message->snapshot().entities() : message->changes().changes();
        for (const v1::Change &change : changes) {
            if (!change.has_operation() || change.operation().id() != id)
                continue;
            found = true;
            phases.show(change.operation());
            if (hasEnded(change.operation()))
                return change.operation();
        }
        if (snapshot && message->snapshot().last() && !found) {
            auto booked = context.session().findOperation(id);
            if (!booked || hasEnded(*booked))
                return booked;
        }
    }
    return std::nullopt;
}

} // namespace

Result<v1::Operation> waitForOperation(Context &context, const std::string &id)
{
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(context.options.timeout_s));
    PhaseLine phases(context);
    while (Clock::now() < until) {
        auto ended = watchOnce(context, id, until, phases);
        // The fabric may be starting again; the operation goes on with it.
        if (ended && (*ended || ended->error().code() != v1::Error::UNAVAILABLE))
            return *std::move(ended);
        std::this_thread::sleep_until(std::min(until, Clock::now() + kRetryInterval));
    }
    return Failure(timedOut(id, phases.last()));
}

Result<void> outcomeOf(const v1::Operation &operation)
{
    if (operation.state() == v1::Operation::Succeeded)
        return {};
    if (operation.has_error() && !operation.error().message().empty())
        return Failure(operation.error());
    const bool cancelled = operation.state() == v1::Operation::Cancelled;
    return failure(cancelled ? v1::Error::CANCELLED : v1::Error::UNKNOWN,
                   cancelled ? "OPERATION_CANCELLED" : "OPERATION_FAILED",
                   operation.title() + (cancelled ? " was cancelled." : " failed.") +
                       (operation.phase().empty() ? "" : " Last: " + operation.phase() + "."),
                   operation.id());
}

} // namespace slipway::ctl
