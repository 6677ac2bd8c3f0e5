// Commands as they come from outside, without the wire: a list of serialised ones, each with its
// length in front, to a fabric that runs nothing. Whatever they say, an answer comes, the state
// leads nowhere into the void, and a repetition changes nothing.
#include "backend/core/references.h"
#include "backend/fabric/machine.h"
#include "backend/fabric/request.h"
#include "tests/fuzz/support/still_fabric.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;
using namespace slipway::fabric;

namespace
{

constexpr std::size_t kCommandsMax = 32;

void expect(bool holds)
{
    if (!holds)
        std::abort();
}

// What the state holds after a turn; answers come within it.
Result<v1::CommandReply> carryOut(Machine &machine, const Request &request)
{
    std::optional<Result<v1::CommandReply>> answer;
    const auto done = [&answer](Result<v1::CommandReply> reply) { answer = std::move(reply); };
    if (!machine.answerAgain(request, done))
        machine.execute(request, done);
    for (const auto &tell : machine.commit().answers)
        tell();
    expect(answer.has_value());
    return *std::move(answer);
}

void tryOne(Machine &machine, v1::Command command)
{
    if (command.has_register_package())
        return;                                 // refused before it comes here
    command.set_request_id(sys::randomHex(32)); // the store outlives one input
    const Request request{command, requestDigest(command), {}};
    const auto reply = carryOut(machine, request);
    expect(core::brokenReferences(machine.state()).empty());
    if (!reply)
        return expect(!reply.error().message().empty() && !reply.error().reason().empty());
    const std::uint64_t revision = machine.state().revision;
    if (!command.validate_only())
        expect(carryOut(machine, request)->SerializeAsString() == reply->SerializeAsString());
    expect(machine.state().revision == revision);
    (void)core::plan(machine.state());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    fuzz::StillClock clock;
    Machine machine(
        fuzz::emptyStore("commands"), fuzz::firstState(), clock, [] {}, [](Station) {});
    v1::Observation started;
    started.set_fabric_started("first start");
    machine.observe(started);
    for (std::size_t count = 0; count < kCommandsMax && size >= 2; ++count) {
        const std::size_t length = std::min<std::size_t>(data[0] + 256u * data[1], size - 2);
        v1::Command command;
        if (command.ParseFromArray(data + 2, int(length)))
            tryOne(machine, std::move(command));
        data += 2 + length;
        size -= 2 + length;
        clock.now_ms += 10'000;
        v1::Observation tick;
        tick.set_tick_time_ms(clock.now_ms);
        machine.observe(tick);
        for (const auto &tell : machine.commit().answers)
            tell();
    }
    return 0;
}
