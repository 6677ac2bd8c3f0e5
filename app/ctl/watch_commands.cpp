#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/watch_reader.h"
#include "app/ctl/words.h"
#include "backend/sys/clock.h"

#include <thread>

namespace slipway::ctl
{

namespace
{

using Clock = WatchReader::Clock;

constexpr auto kRetryInterval = std::chrono::milliseconds(500);

struct WatchOptions {
    std::string service;
    bool snapshot = false;
    std::uint64_t count = 0; // end after so many changes; 0: never
};

std::string instanceText(const FabricSnapshot &state, const v1::RoleInstance &instance)
{
    return instance.service() + "/" + slotName(state.slotOf(instance)) + " " + instance.name() +
           "  " +
           coloured(v1::RoleInstance::State_Name(instance.state()), toneOf(instance.state()),
                    coloursWanted()) +
           (instance.reason().empty() ? "" : "  " + printable(instance.reason()));
}

std::string operationText(const v1::Operation &operation)
{
    return printable(operation.title()) + "  " +
           coloured(v1::Operation::State_Name(operation.state()), toneOf(operation.state()),
                    coloursWanted()) +
           (operation.phase().empty() ? "" : "  " + printable(operation.phase()));
}

std::string changeText(const FabricSnapshot &state, const v1::Change &change)
{
    switch (change.body_case()) {
    case v1::Change::kService:
        return "service     " + change.service().name();
    case v1::Change::kDeployment:
        return "deployment  " + change.deployment().service() + "/" +
               slotName(change.deployment().slot()) + "  " +
               v1::Deployment::Status_Name(change.deployment().status());
    case v1::Change::kInstance:
        return "instance    " + instanceText(state, change.instance());
    case v1::Change::kHost:
        return "host        " + change.host().id() + "  " +
               v1::Host::State_Name(change.host().state());
    case v1::Change::kPackage:
        return "package     " + change.package().file_name();
    case v1::Change::kOperation:
        return "operation   " + operationText(change.operation());
    case v1::Change::kEvent:
        return "event       " + change.event().message();
    case v1::Change::kSettings:
        return "settings    changed";
    case v1::Change::kRemoved:
        return "removed     " + change.removed().id();
    case v1::Change::BODY_NOT_SET:
        break;
    }
    return {};
}

// Follows the fabric through restarts and resyncs, and prints each change once.
class WatchPrinter
{
public:
    WatchPrinter(Context &context, const WatchOptions &options)
        : m_context(context), m_options(options)
    {
    }

    Result<void> run()
    {
        for (;;) {
            const v1::Error error = runOnce();
            if (finished())
                return {};
            const bool lost = error.code() == v1::Error::UNAVAILABLE && m_revision > 0;
            if (!lost && !error.message().empty())
                return Failure(error);
            if (lost)
                m_context.err << "slipwayctl: the connection is lost; trying again\n";
            std::this_thread::sleep_until(Clock::now() + kRetryInterval);
        }
    }

private:
    bool finished() const { return m_options.count > 0 && m_printed >= m_options.count; }

    // Until the stream ends: with the error that ended it, or none (a resync, or simply over).
    v1::Error runOnce()
    {
        v1::WatchRequest request;
        request.set_service(m_options.service);
        request.set_since_revision(m_revision);
        request.set_fabric_id(m_fabric_id);
        request.set_recent_events(1);
        WatchReader reader(m_context.session(), request);
        while (!finished()) {
            if (const auto message = reader.next(Clock::now() + std::chrono::seconds(5)))
                take(*message);
            else if (const auto ended = reader.ended())
                return *ended;
        }
        return {};
    }

    void take(const v1::WatchResponse &message)
    {
        if (message.has_resync()) {
            m_revision = 0;
            m_state = {};
            return;
        }
        m_revision = std::max(m_revision, message.revision());
        if (message.has_snapshot())
            m_fabric_id = message.snapshot().fabric_id();
        for (const v1::Change &change : message.snapshot().entities()) {
            m_state.apply(change);
            if (m_options.snapshot)
                print(change);
        }
        for (const v1::Change &change : message.changes().changes()) {
            m_state.apply(change);
            print(change);
        }
    }

    void print(const v1::Change &change)
    {
        if (finished())
            return;
        ++m_printed;
        if (m_context.options.json)
            printJsonLine(m_context.out, changeJson(m_state, change));
        else
            m_context.out << clockTime(sys::SystemClock().wallMs()) << "  "
                          << printable(changeText(m_state, change)) << std::endl;
    }

    Context &m_context;
    const WatchOptions &m_options;
    FabricSnapshot m_state;
    std::uint64_t m_revision = 0;
    std::string m_fabric_id;
    std::uint64_t m_printed = 0;
};

Result<void> watch(Context &context, const WatchOptions &options)
{
    return WatchPrinter(context, options).run();
}

} // namespace

void addWatchCommands(CLI::App &app, Context &context)
{
    const auto options = std::make_shared<WatchOptions>();
    CLI::App *command = app.add_subcommand("watch", "Print every change as it happens");
    command->add_option("--service", options->service, "Of one service only")->type_name("NAME");
    command->add_flag("--snapshot", options->snapshot, "First everything that is there");
    command->add_option("--count", options->count, "End after so many changes")->type_name("N");
    onParsed(command, context, options, watch);
}

} // namespace slipway::ctl
