// A controller to be killed. Lines in: "<request id> create|label|delete <service> <label>
// [station]"; lines out: "ready", then "ack <request id>" or "refused <request id> <reason>". With
// a station it says "at <station>" there and goes no further: whoever kills it then strikes just
// there. With --check it opens the store alone, as any fresh process would, and prints what is in
// it: "service <name> <label>" and "request <request id>".
#include "backend/fabric/parts.h"
#include "backend/store/store.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <iostream>
#include <sstream>
#include <unistd.h>

using namespace slipway;

namespace
{

int check(const sys::Paths &paths)
{
    auto opened = store::Store::open(paths.storeFile());
    if (!opened)
        return 1;
    const auto loaded = (*opened)->load();
    if (!loaded)
        return 1;
    for (const v1::Change &change : loaded->changes)
        if (change.has_service())
            std::cout << "service " << change.service().name() << " " << change.service().label()
                      << "\n";
    v1::OperationsRequest all;
    all.set_limit(1000);
    const auto operations = (*opened)->operations(all);
    if (!operations)
        return 1;
    for (const v1::Operation &operation : operations->operations())
        std::cout << "request " << operation.request_id() << "\n";
    return 0;
}

v1::Command commandOf(const std::string &line)
{
    std::istringstream words(line);
    std::string request_id;
    std::string verb;
    std::string service;
    std::string label;
    words >> request_id >> verb >> service >> label;
    v1::Command command;
    command.set_request_id(request_id);
    command.set_actor("crash test");
    if (verb == "create") {
        command.mutable_create_service()->set_name(service);
        command.mutable_create_service()->set_label(label);
    } else if (verb == "label") {
        command.mutable_update_service()->set_name(service);
        command.mutable_update_service()->set_label(label);
    } else {
        command.mutable_delete_service()->set_name(service);
    }
    return command;
}

constexpr std::array kStations = {"received", "applied", "written", "committed", "answered"};

// Stands still at the station that the present command was given.
class Ambush
{
public:
    void lay(const std::string &line)
    {
        const std::string name = line.substr(line.rfind(' ') + 1);
        const auto found = std::find(kStations.begin(), kStations.end(), name);
        m_next = int(found - kStations.begin());
    }
    // On the fabric's thread. What is left of the turn before the command does not count.
    void passed(fabric::Station station)
    {
        if (station == fabric::Station::Received)
            m_at = m_next;
        if (int(station) != m_at)
            return;
        std::cout << "at " << kStations[std::size_t(m_at)] << std::endl;
        for (;;)
            pause();
    }

private:
    std::atomic<int> m_next = int(kStations.size());
    int m_at = int(kStations.size());
};

// Prints on the fabric's thread, as soon as the fabric says so.
void obey(fabric::Fabric &fabric, const std::string &line)
{
    const v1::Command command = commandOf(line);
    std::promise<void> answered;
    fabric.execute(command, [&](const Result<v1::CommandReply> &reply) {
        if (reply)
            std::cout << "ack " << command.request_id() << std::endl;
        else
            std::cout << "refused " << command.request_id() << " " << reply.error().reason()
                      << std::endl;
        answered.set_value();
    });
    answered.get_future().wait();
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    fabric::FabricOptions options;
    const std::filesystem::path home = argv[1];
    options.paths = {home / "data", home / "run"};
    options.socket = options.paths.fabricSocket();
    if (argc > 2)
        return check(options.paths);
    auto parts = fabric::partsFor("none");
    Ambush ambush;
    parts->passed = [&ambush](fabric::Station station) { ambush.passed(station); };
    const auto fabric = fabric::openFabric(options, *parts);
    if (!fabric) {
        std::cerr << fabric.error().message() << std::endl;
        return 1;
    }
    std::cout << "ready" << std::endl;
    std::string line;
    while (std::getline(std::cin, line)) {
        ambush.lay(line);
        obey(**fabric, line);
    }
    return 0;
}
