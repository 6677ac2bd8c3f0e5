// Requests per second through the edge against hand-written HAProxy configurations in front of the
// same instances: all run at the same time and are loaded in turns, so that a noisy machine hits
// all. The first rival keeps the edge's promise to send a request again, the second only balances
// and tells the instances the client's address, the third only balances.
// Arguments: rounds of measurements (10), seconds of each (3).
#include "tests/integration/edge/edge_harness.h"

#include "backend/edge/proxy_process.h"
#include "backend/sys/child_process.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <thread>

using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr std::uint32_t kOurPort = 8080;
constexpr int kInstances = 2;

struct Duty {
    const char *name;
    const char *defaults; // lines of its configuration
    const char *rules;
};

constexpr Duty kRivals[] = {
    {"by hand, resending",
     "    option forwardfor\n    option redispatch 1\n    retries 3\n"
     "    retry-on conn-failure empty-response\n",
     "    http-request disable-l7-retry if METH_POST\n"},
    {"by hand", "    option forwardfor\n", ""},
    {"by hand, bare", "", ""},
};

struct Contender {
    std::string name;
    std::uint32_t port = 0;
    int pid = 0;
    std::vector<double> rates;    // requests per second
    std::vector<double> costs_us; // HAProxy's own processor time for a request
};

std::string handWritten(const EdgeHarness &edge, const v1::Pool &pool, std::uint32_t port,
                        const Duty &duty)
{
    std::string text = "global\n    nbthread " +
                       std::to_string(std::max(1U, std::thread::hardware_concurrency())) +
                       "\n    maxconn 4000\ndefaults\n    mode http\n" + duty.defaults +
                       "    timeout connect 2s\n    timeout client 1m\n    timeout server 1m\n"
                       "frontend public\n    bind " +
                       edge.address() + ":" + std::to_string(port) + "\n" + duty.rules +
                       "    default_backend instances\nbackend instances\n"
                       "    balance roundrobin\n";
    for (const v1::PoolServer &server : pool.servers())
        text += "    server " + server.instance() + " unix@" + server.target().substr(5) + "\n";
    return text;
}

Contender startRival(EdgeHarness &edge, const v1::Pool &pool, std::uint32_t port, const Duty &duty)
{
    const std::string file = edge.folder() + "/rival-" + std::to_string(port) + ".cfg";
    std::ofstream(file) << handWritten(edge, pool, port, duty);
    sys::SpawnRequest request;
    request.arguments = {edge::haproxyProgram(), "-q", "-f", file};
    request.new_session = true; // as the keeper's: the kernel shares processors out by sessions
    Contender rival{duty.name, port, 0, {}, {}};
    rival.pid = sys::spawn(request).value_or(0);
    edge.until([&] { return !KeptClient(edge.address(), port).get().starts_with("broken"); });
    return rival;
}

double processorTime_us(int pid)
{
    double sum_ns = 0;
    std::error_code ignored;
    const auto tasks = "/proc/" + std::to_string(pid) + "/task";
    for (const auto &task : std::filesystem::directory_iterator(tasks, ignored)) {
        double task_ns = 0;
        std::ifstream(task.path() / "schedstat") >> task_ns;
        sum_ns += task_ns;
    }
    return sum_ns / 1000;
}

void measure(EdgeHarness &edge, Contender &contender, int seconds)
{
    const double before_us = processorTime_us(contender.pid);
    edge.startLoad(contender.port, seconds, false);
    const LoadResult result = edge.finishLoad();
    if (!result.problem.empty())
        std::printf("%s: %s", contender.name.c_str(), result.problem.c_str());
    const double requests = std::max(result.requests_per_second * seconds, 1.0);
    contender.rates.push_back(result.requests_per_second);
    contender.costs_us.push_back((processorTime_us(contender.pid) - before_us) / requests);
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

void printMedians(const std::vector<Contender> &contenders)
{
    const Contender &ours = contenders.front();
    for (const Contender &one : contenders) {
        std::vector<double> ratios;
        for (std::size_t round = 0; round < one.rates.size(); ++round)
            ratios.push_back(ours.rates[round] / std::max(one.rates[round], 1.0));
        std::printf("%-18s median %8.0f/s, %5.2f us of HAProxy's time a request, median ratio of "
                    "the edge to it %.3f\n",
                    one.name.c_str(), median(one.rates), median(one.costs_us), median(ratios));
    }
}

// Every round begins with another one, because the first after another's load has a cold cache.
void compare(EdgeHarness &edge, std::vector<Contender> &contenders, int rounds, int seconds)
{
    for (Contender &one : contenders) {
        measure(edge, one, 1); // connections are opened and memory is taken
        one.rates.clear();
        one.costs_us.clear();
    }
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t turn = 0; turn < contenders.size(); ++turn)
            measure(edge, contenders[(std::size_t(round) + turn) % contenders.size()], seconds);
        std::printf("round %2d:", round + 1);
        for (const Contender &one : contenders)
            std::printf("  %s %.0f/s", one.name.c_str(), one.rates.back());
        std::printf("\n");
        std::fflush(stdout);
    }
}

void run(int rounds, int seconds)
{
    EdgeHarness edge;
    const v1::Pool pool = edge.addPool("v1", kInstances);
    edge.addListener("shop/production/80", kOurPort, "v1/HttpIn");
    edge.startKeeper();
    if (!edge.apply()) {
        std::printf("the edge does not confirm its table\n");
        return;
    }
    std::vector<Contender> contenders{{"edge", kOurPort, edge.haproxyPid(), {}, {}}};
    for (const Duty &duty : kRivals)
        contenders.push_back(
            startRival(edge, pool, kOurPort + std::uint32_t(contenders.size()), duty));
    compare(edge, contenders, rounds, seconds);
    printMedians(contenders);
    for (std::size_t rival = 1; rival < contenders.size(); ++rival) {
        kill(contenders[rival].pid, SIGKILL);
        waitpid(contenders[rival].pid, nullptr, 0);
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (const auto part = playPart(argc, argv))
        return *part;
    run(argc > 1 ? std::atoi(argv[1]) : 10, argc > 2 ? std::atoi(argv[2]) : 3);
    return 0;
}
