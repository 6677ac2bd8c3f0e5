#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/terminal_border.h"
#include "app/ctl/watch_reader.h"
#include "app/ctl/words.h"
#include "backend/proto/measured.h"
#include "backend/sys/terminal.h"

#include <algorithm>

namespace slipway::ctl
{

namespace
{

using Clock = WatchReader::Clock;
using SampleKey = std::pair<std::string, std::string>; // deployment, instance
using Samples = std::map<SampleKey, v1::MetricSample>;

constexpr auto kFirstBatchLimit = std::chrono::milliseconds(2500);

struct TopOptions {
    std::string service;
    v1::SlotKind slot = v1::SLOT_UNSPECIFIED;
    bool once = false;
};

// The newest sample of every instance; filled on gRPC's threads.
class SampleBoard
{
public:
    void put(const v1::MetricBatch &batch)
    {
        const std::lock_guard lock(m_mutex);
        for (const v1::MetricSample &sample : batch.samples())
            m_samples[{sample.deployment_id(), sample.instance()}] = sample;
        ++m_batches;
        m_changed.notify_all();
    }
    void end(const v1::Error &error)
    {
        const std::lock_guard lock(m_mutex);
        m_ended = error;
        m_changed.notify_all();
    }
    // Waits for a batch after the `seen`th; gives what there is when none comes in time.
    Samples wait(std::uint64_t &seen, Clock::time_point until)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait_until(lock, until, [&] { return m_batches > seen || m_ended; });
        seen = m_batches;
        return m_samples;
    }
    std::optional<v1::Error> ended()
    {
        const std::lock_guard lock(m_mutex);
        return m_ended;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    Samples m_samples;
    std::uint64_t m_batches = 0;
    std::optional<v1::Error> m_ended;
};

std::vector<v1::RoleInstance> chosenInstances(const FabricSnapshot &state,
                                              const TopOptions &options)
{
    std::vector<v1::RoleInstance> chosen;
    for (const auto &[name, service] : state.services) {
        if (!options.service.empty() && name != options.service)
            continue;
        const auto instances = state.instancesOf(name, options.slot);
        chosen.insert(chosen.end(), instances.begin(), instances.end());
    }
    return chosen;
}

std::uint64_t perSecond(std::uint64_t count, const v1::MetricSample &sample)
{
    return sample.interval_ms() == 0 ? 0 : count * 1000 / sample.interval_ms();
}

v1::MetricSample sampleOf(const Samples &samples, const v1::RoleInstance &instance)
{
    const auto found = samples.find({instance.deployment_id(), instance.name()});
    return found == samples.end() ? v1::MetricSample() : found->second;
}

void printTable(Context &context, const FabricSnapshot &state, const Samples &samples,
                const TopOptions &options, std::size_t rows_max)
{
    const auto instances = chosenInstances(state, options);
    Table table({"SERVICE", "SLOT", "INSTANCE", "STATE", ">CPU", ">MEMORY", ">REQ/S", ">ERR/S",
                 ">P50 MS", ">P99 MS", ">OPEN"});
    for (const v1::RoleInstance &instance : instances) {
        if (rows_max > 0 && rows_max-- == 1)
            break;
        const v1::MetricSample sample = sampleOf(samples, instance);
        const bool any = sample.time_ms() != 0;
        const auto load = [&](std::string text) {
            return any && hasLoad(sample) ? std::move(text) : std::string("-");
        };
        const auto traffic = [&](std::string text) {
            return any && hasTraffic(sample) ? std::move(text) : std::string("-");
        };
        table.add({instance.service(),
                   slotName(state.slotOf(instance)),
                   instance.name(),
                   {v1::RoleInstance::State_Name(instance.state()), toneOf(instance.state())},
                   load(permilleText(sample.cpu_permille())),
                   load(bytesText(sample.memory_bytes())),
                   traffic(std::to_string(perSecond(sample.requests(), sample))),
                   traffic(std::to_string(perSecond(sample.errors(), sample))),
                   traffic(millisecondsText(sample.latency_p50_us())),
                   traffic(millisecondsText(sample.latency_p99_us())),
                   traffic(std::to_string(sample.open_requests()))});
    }
    table.print(context.out, coloursWanted());
}

void printJsonTable(Context &context, const FabricSnapshot &state, const Samples &samples,
                    const TopOptions &options)
{
    printJson(context.out,
              listJson(chosenInstances(state, options), [&](const v1::RoleInstance &instance) {
                  const v1::MetricSample sample = sampleOf(samples, instance);
                  Json json = sampleJson(sample);
                  json["deployment_id"] = instance.deployment_id();
                  json["instance"] = instance.name();
                  json["service"] = instance.service();
                  json["slot"] = slotName(state.slotOf(instance));
                  json["state"] = v1::RoleInstance::State_Name(instance.state());
                  json["requests_per_second"] = perSecond(sample.requests(), sample);
                  json["errors_per_second"] = perSecond(sample.errors(), sample);
                  return json;
              }));
}

std::unique_ptr<client::Subscription> subscribe(Context &context, const TopOptions &options,
                                                const std::shared_ptr<SampleBoard> &board)
{
    v1::MetricsRequest request;
    request.set_service(options.service);
    return context.session().client().watchMetrics(
        request, [board](const v1::MetricBatch &batch) { board->put(batch); },
        [board](const v1::Error &error) { board->end(error); });
}

Result<void> printOnce(Context &context, const TopOptions &options)
{
    const auto board = std::make_shared<SampleBoard>();
    const auto metrics = subscribe(context, options, board);
    std::uint64_t seen = 0;
    Samples samples; // the first batches after a quiet time may be empty
    const auto until = Clock::now() + kFirstBatchLimit;
    while (samples.empty() && !board->ended() && Clock::now() < until)
        samples = board->wait(seen, until);
    const auto state = context.session().snapshot();
    if (!state)
        return Failure(state.error());
    if (context.options.json)
        printJsonTable(context, *state, samples, options);
    else
        printTable(context, *state, samples, options, 0);
    return {};
}

// A resync clears what is known; a snapshot follows on a new watch.
bool drain(WatchReader &reader, FabricSnapshot &state)
{
    while (const auto message = reader.next(Clock::now())) {
        if (message->has_resync())
            return false;
        for (const v1::Change &change : message->snapshot().entities())
            state.apply(change);
        for (const v1::Change &change : message->changes().changes())
            state.apply(change);
    }
    return true;
}

Result<void> refresh(Context &context, const TopOptions &options)
{
    const auto board = std::make_shared<SampleBoard>();
    const auto metrics = subscribe(context, options, board);
    auto reader = std::make_unique<WatchReader>(context.session(), v1::WatchRequest());
    FabricSnapshot state;
    std::uint64_t seen = 0;
    for (;;) {
        const Samples samples = board->wait(seen, Clock::now() + std::chrono::seconds(2));
        if (const auto ended = board->ended(); ended && !ended->message().empty())
            return Failure(*ended);
        if (!drain(*reader, state) || reader->ended()) {
            state = {};
            reader = std::make_unique<WatchReader>(context.session(), v1::WatchRequest());
            continue;
        }
        context.out << kEmptyScreen;
        printTable(context, state, samples, options,
                   std::size_t(std::max(0, sys::terminalRows() - 1)));
        context.out.flush();
    }
}

Result<void> top(Context &context, const TopOptions &options)
{
    const bool once = options.once || context.options.json || !sys::isTerminal(sys::Stream::Out);
    return once ? printOnce(context, options) : refresh(context, options);
}

} // namespace

void addTopCommand(CLI::App &app, Context &context)
{
    const auto options = std::make_shared<TopOptions>();
    CLI::App *command = app.add_subcommand("top", "Load of all instances, each second");
    command->add_option("--service", options->service, "Of one service only")->type_name("NAME");
    addSlotOption(command, options->slot);
    command->add_flag("--once", options->once, "Print one table and end");
    onParsed(command, context, options, top);
}

} // namespace slipway::ctl
