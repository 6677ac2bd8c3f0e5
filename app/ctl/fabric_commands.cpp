// The fabric itself: hosts, sizes, status, version, its end.
#include "app/ctl/commands.h"
#include "app/ctl/output.h"
#include "app/ctl/served_check.h"
#include "app/ctl/words.h"
#include "backend/sys/clock.h"

#include <algorithm>

namespace slipway::ctl
{

namespace
{

struct FabricOptions {
    bool keep_services = false;
};

Tone toneOf(v1::Host::State state)
{
    switch (state) {
    case v1::Host::Ready:
        return Tone::Good;
    case v1::Host::Lost:
        return Tone::Bad;
    default:
        return Tone::Warning;
    }
}

std::vector<v1::Host> ordered(const FabricSnapshot &snapshot)
{
    std::vector<v1::Host> hosts;
    for (const auto &[id, host] : snapshot.hosts)
        hosts.push_back(host);
    std::sort(hosts.begin(), hosts.end(),
              [](const auto &a, const auto &b) { return naturallyLess(a.id(), b.id()); });
    return hosts;
}

std::int64_t instancesOn(const FabricSnapshot &snapshot, const std::string &host)
{
    return std::count_if(snapshot.instances.begin(), snapshot.instances.end(),
                         [&](const auto &entry) { return entry.second.host() == host; });
}

std::string reasonOf(const v1::Host &host)
{
    std::string reason = host.leaving() ? "leaving; its instances move to other hosts" : "";
    for (const std::string &part :
         {host.unfit_reason().empty() ? "" : "takes no instances: " + host.unfit_reason(),
          host.reason()})
        if (!part.empty())
            reason += (reason.empty() ? "" : "; ") + part;
    return reason;
}

Tone toneOf(const v1::Host &host)
{
    return host.unfit_reason().empty() ? toneOf(host.state()) : Tone::Bad;
}

// What holds for one host holds for all: they stand on the same machine.
void printAdvice(Context &context, const v1::Host &host)
{
    if (!host.isolation_advice().empty())
        context.out << "Isolation: " << printable(host.isolation_advice()) << '\n';
    if (!host.outside_problem().empty())
        context.out << "No access to the outside: " << printable(host.outside_problem()) << '\n';
}

void printHosts(Context &context, const FabricSnapshot &snapshot)
{
    Table table(
        {"HOST", ">FD", "STATE", ">PID", ">INSTANCES", ">CORES", ">MEMORY", "ISOLATION", "REASON"});
    for (const v1::Host &host : ordered(snapshot))
        table.add({host.id(),
                   std::to_string(host.fault_domain()),
                   {v1::Host::State_Name(host.state()), toneOf(host)},
                   std::to_string(host.pid()),
                   std::to_string(instancesOn(snapshot, host.id())),
                   std::to_string(host.cores()),
                   bytesText(host.memory_bytes()),
                   host.isolation(),
                   reasonOf(host)});
    table.print(context.out, coloursWanted());
    for (const v1::Host &host : ordered(snapshot))
        if (host.state() == v1::Host::Ready)
            return printAdvice(context, host);
}

Result<void> hosts(Context &context, const FabricOptions &)
{
    const auto snapshot = context.session().snapshot();
    if (!snapshot)
        return Failure(snapshot.error());
    if (!context.options.json) {
        printHosts(context, *snapshot);
        return {};
    }
    printJson(context.out, listJson(ordered(*snapshot), [&](const v1::Host &host) {
                  Json json = hostJson(host);
                  json["instances"] = instancesOn(*snapshot, host.id());
                  return json;
              }));
    return {};
}

Result<void> sizes(Context &context, const FabricOptions &)
{
    const auto status = context.session().status();
    if (!status)
        return Failure(status.error());
    if (context.options.json) {
        printJson(context.out, listJson(status->sizes(), sizeJson));
        return {};
    }
    Table table({"SIZE", ">CORES", ">MEMORY", ">DISK", "FAMILY", ">PRICE/HOUR"});
    for (const v1::VmSize &size : status->sizes()) {
        const std::int64_t micros = size.price_micros_per_hour();
        const std::string fraction = std::to_string(1'000'000 + micros % 1'000'000).substr(1, 4);
        table.add({size.name(), std::to_string(size.cores()), bytesText(size.memory_bytes()),
                   bytesText(size.local_disk_bytes()), size.family(),
                   micros == 0 ? "-" : std::to_string(micros / 1'000'000) + "." + fraction});
    }
    table.print(context.out, coloursWanted());
    return {};
}

Result<void> status(Context &context, const FabricOptions &)
{
    const auto status = context.session().status();
    if (!status)
        return Failure(status.error());
    if (context.options.json) {
        printJson(context.out, statusJson(*status));
        return checkEdge(*status);
    }
    context.out << "Fabric " << printable(status->fabric_id()) << ", version "
                << printable(status->version()) << ", " << printable(status->engine())
                << " engine, " << printable(status->isolation()) << '\n'
                << "  socket      " << printable(status->socket()) << "\n  data        "
                << printable(status->data_dir()) << "\n  running for "
                << shortAge(status->start_time_ms(), sys::SystemClock().wallMs())
                << (status->embedded() ? ", inside the portal" : "") << "\n  revision    "
                << status->revision() << " (edge " << status->edge_revision() << ")\n  controller  "
                << status->controller_pid() << "\n  edge        " << status->edge_pid()
                << "\n  haproxy     " << status->haproxy_pid() << "\n  store       "
                << bytesText(status->store_bytes()) << ", snapshot "
                << (status->snapshot_time_ms() == 0
                        ? "none yet"
                        : shortAge(status->snapshot_time_ms(), sys::SystemClock().wallMs()) +
                              " ago")
                << '\n';
    for (const v1::Host &host : status->hosts())
        context.out << "  " << printable(host.id()) << "      " << host.pid() << "  "
                    << v1::Host::State_Name(host.state())
                    << (host.unfit_reason().empty()
                            ? ""
                            : "  takes no instances: " + printable(host.unfit_reason()))
                    << '\n';
    if (!status->isolation_advice().empty())
        context.out << "Isolation: " << printable(status->isolation_advice()) << '\n';
    return checkEdge(*status);
}

// Says its own version without a fabric, and the fabric's where one answers.
Result<void> version(Context &context, const FabricOptions &)
{
    const auto status = context.session().status();
    if (context.options.json) {
        printJson(context.out, {{"slipwayctl", SLIPWAY_VERSION},
                                {"fabric", status ? Json(status->version()) : Json()}});
        return {};
    }
    context.out << "slipwayctl " SLIPWAY_VERSION "\nfabric     "
                << (status ? printable(status->version()) : "not running") << '\n';
    return {};
}

Result<void> stop(Context &context, const FabricOptions &options)
{
    v1::ShutdownRequest request;
    request.set_keep_services(options.keep_services);
    const auto reply = context.session().await<v1::ShutdownReply>(
        [&](auto done) { context.session().client().shutdown(request, std::move(done)); });
    if (!reply)
        return Failure(reply.error());
    if (context.options.json)
        printJson(context.out, Json::object());
    else
        context.out << "The fabric is stopping"
                    << (options.keep_services ? "; its services go on.\n" : ".\n");
    return {};
}

} // namespace

void addFabricCommands(CLI::App &app, Context &context)
{
    const auto options = std::make_shared<FabricOptions>();
    onParsed(app.add_subcommand("hosts", "Hosts and what they hold"), context, options, hosts);
    onParsed(app.add_subcommand("sizes", "VM sizes and their prices"), context, options, sizes);
    onParsed(app.add_subcommand("status", "The fabric and its processes"), context, options,
             status);
    onParsed(app.add_subcommand("version", "Versions"), context, options, version);

    CLI::App *group = app.add_subcommand("fabric", "The fabric itself");
    group->require_subcommand(1);
    CLI::App *stopped = group->add_subcommand("stop", "Stop the fabric");
    stopped->add_flag("--keep-services", options->keep_services,
                      "Hosts, instances and edge go on without it");
    onParsed(stopped, context, options, stop);
    addStoreCommands(*group, context);
}

} // namespace slipway::ctl
