#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/words.h"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace slipway::ctl
{

namespace
{

constexpr std::uint32_t kTailMax = 5000; // the fabric's own limit

struct LogOptions {
    std::string service;
    std::string instance;
    v1::SlotKind slot = v1::SLOT_UNSPECIFIED;
    bool follow = false;
    std::uint32_t tail_lines = 0;
};

// Prints lines as they come, on gRPC's threads: a slow terminal holds the stream back. With --json
// one array, or while following one document a line.
class LogPrinter
{
public:
    LogPrinter(std::ostream &out, bool json, bool follow, bool both_slots)
        : m_out(out), m_json(json), m_follow(follow), m_both_slots(both_slots),
          m_colours(coloursWanted())
    {
    }

    void print(const v1::LogBatch &batch, const v1::Deployment &deployment)
    {
        const std::lock_guard lock(m_mutex);
        for (const v1::LogLine &line : batch.lines())
            m_json ? printJsonOf(line, deployment) : printText(line, deployment);
        m_out.flush();
    }

    void finish()
    {
        if (m_json && !m_follow)
            m_out << (m_any ? "\n]\n" : "[]\n");
    }

private:
    void printJsonOf(const v1::LogLine &line, const v1::Deployment &deployment)
    {
        const Json json = logLineJson(line, deployment);
        if (m_follow)
            return printJsonLine(m_out, json);
        m_out << (m_any ? ",\n  " : "[\n  ")
              << json.dump(-1, ' ', false, Json::error_handler_t::replace);
        m_any = true;
    }

    void printText(const v1::LogLine &line, const v1::Deployment &deployment)
    {
        const bool error = line.stream() == v1::LogLine::ERR;
        const bool agent = line.stream() == v1::LogLine::AGENT;
        std::string head = clockTimeUs(line.time_us()) + "  ";
        if (m_both_slots)
            head += slotName(deployment.slot()) + "  ";
        head += printable(line.instance()) + (error ? "  err  " : agent ? "  agent  " : "  out  ");
        m_out << coloured(head, Tone::Faint, m_colours)
              << coloured(printable(line.text()), error ? Tone::Warning : Tone::Plain, m_colours)
              << '\n';
    }

    std::mutex m_mutex;
    std::ostream &m_out;
    bool m_json;
    bool m_follow;
    bool m_both_slots;
    bool m_colours;
    bool m_any = false;
};

// The ends of several streams, in the order in which they come.
class Ends
{
public:
    void add(const v1::Error &error)
    {
        const std::lock_guard lock(m_mutex);
        m_ends.push_back(error);
        m_changed.notify_all();
    }

    Result<void> next()
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return !m_ends.empty(); });
        const v1::Error error = m_ends.front();
        m_ends.pop_front();
        if (error.message().empty())
            return {};
        return Failure(error);
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<v1::Error> m_ends;
};

using Stream = std::unique_ptr<client::Subscription>;

Stream startStream(Context &context, const LogOptions &options, const v1::Deployment &deployment,
                   const std::shared_ptr<LogPrinter> &printer, const std::shared_ptr<Ends> &ends)
{
    v1::LogRequest request;
    request.set_deployment_id(deployment.id());
    request.set_follow(options.follow);
    request.set_tail_lines(options.tail_lines);
    if (!options.instance.empty())
        request.add_instances(options.instance);
    return context.session().client().streamLogs(
        request,
        [printer, deployment](const v1::LogBatch &batch) { printer->print(batch, deployment); },
        [ends](const v1::Error &error) { ends->add(error); });
}

// Followed together, until the first one fails; otherwise read one after the other.
Result<void> readAll(Context &context, const LogOptions &options,
                     const std::vector<v1::Deployment> &deployments,
                     const std::shared_ptr<LogPrinter> &printer)
{
    const auto ends = std::make_shared<Ends>();
    std::vector<Stream> streams;
    for (const v1::Deployment &deployment : deployments) {
        streams.push_back(startStream(context, options, deployment, printer, ends));
        if (options.follow)
            continue;
        if (auto ended = ends->next(); !ended)
            return ended;
    }
    for (std::size_t n = 0; options.follow && n < streams.size(); ++n)
        if (auto ended = ends->next(); !ended)
            return ended;
    return {};
}

bool hasInstance(const FabricSnapshot &snapshot, const v1::Deployment &deployment,
                 const std::string &instance)
{
    return instance.empty() || snapshot.instances.contains({deployment.id(), instance});
}

Result<void> logs(Context &context, const LogOptions &options)
{
    const auto found = context.session().service(options.service);
    if (!found)
        return Failure(found.error());
    const FabricSnapshot &snapshot = found->snapshot;
    std::vector<v1::Deployment> chosen;
    for (const v1::Deployment &deployment : snapshot.deploymentsOf(options.service, options.slot))
        if (hasInstance(snapshot, deployment, options.instance))
            chosen.push_back(deployment);
    if (chosen.empty())
        return failure(
            v1::Error::NOT_FOUND, "INSTANCE_NOT_FOUND",
            options.service + " has no " +
                (options.instance.empty() ? "deployment" : "instance " + options.instance) +
                (options.slot == v1::SLOT_UNSPECIFIED ? "" : " in " + slotName(options.slot)) +
                ". See \"slipwayctl instance list " + options.service + "\".",
            options.service);
    if (options.tail_lines > kTailMax)
        context.err
            << "slipwayctl: only the last " << kTailMax
            << " lines follow, as many as can be asked for; without --tail all that is kept "
               "is printed.\n";
    const auto printer = std::make_shared<LogPrinter>(context.out, context.options.json,
                                                      options.follow, chosen.size() > 1);
    const auto done = readAll(context, options, chosen, printer);
    printer->finish();
    return done;
}

} // namespace

void addLogCommands(CLI::App &app, Context &context)
{
    const auto options = std::make_shared<LogOptions>();
    CLI::App *command = app.add_subcommand("logs", "What the programs of a service print");
    command->add_option("service", options->service)->required()->type_name("SERVICE");
    command->add_option("instance", options->instance)->type_name("INSTANCE");
    addSlotOption(command, options->slot);
    command->add_flag("-f,--follow", options->follow, "Go on as new lines come");
    command->add_option("--tail", options->tail_lines, "Only the last so many lines, 5000 at most")
        ->type_name("N");
    onParsed(command, context, options, logs);
}

} // namespace slipway::ctl
