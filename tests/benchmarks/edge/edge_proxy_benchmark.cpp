// Requests per second through the edge against a hand-written minimal HAProxy in front of the same
// instances: both run at the same time and are loaded in turns, so that a noisy machine hits both.
// Arguments: pairs of measurements (10), seconds of each (3).
#include "tests/integration/edge/edge_harness.h"

#include "backend/edge/proxy_process.h"
#include "backend/sys/child_process.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sys/wait.h>
#include <thread>

using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr std::uint32_t kOurPort = 8080;
constexpr std::uint32_t kPlainPort = 8081;
constexpr int kInstances = 2;

std::string plainConfiguration(const EdgeHarness &edge, const v1::Pool &pool)
{
    std::string text = "global\n    nbthread " +
                       std::to_string(std::max(1U, std::thread::hardware_concurrency())) +
                       "\n    maxconn 4000\ndefaults\n    mode http\n    timeout connect 2s\n"
                       "    timeout client 1m\n    timeout server 1m\nfrontend public\n    bind " +
                       edge.address() + ":" + std::to_string(kPlainPort) +
                       "\n    default_backend instances\nbackend instances\n"
                       "    balance roundrobin\n";
    for (const v1::PoolServer &server : pool.servers())
        text += "    server " + server.instance() + " unix@" + server.target().substr(5) + "\n";
    return text;
}

int startPlain(const EdgeHarness &edge, const v1::Pool &pool)
{
    const std::string file = edge.folder() + "/plain.cfg";
    std::ofstream(file) << plainConfiguration(edge, pool);
    sys::SpawnRequest request;
    request.arguments = {edge::haproxyProgram(), "-q", "-f", file};
    request.new_session = true; // as the keeper's: the kernel shares processors out by sessions
    return sys::spawn(request).value_or(0);
}

double measure(EdgeHarness &edge, std::uint32_t port, int seconds)
{
    edge.startLoad(port, seconds, false);
    const LoadResult result = edge.finishLoad();
    if (!result.problem.empty())
        std::printf("port %u: %s", port, result.problem.c_str());
    return result.requests_per_second;
}

void run(int pairs, int seconds)
{
    EdgeHarness edge;
    const v1::Pool pool = edge.addPool("v1", kInstances);
    edge.addListener("shop/production/80", kOurPort, "v1/HttpIn");
    edge.startKeeper();
    const bool applied = edge.apply();
    const int plain = startPlain(edge, pool);
    edge.until([&] { return !KeptClient(edge.address(), kPlainPort).get().starts_with("broken"); });
    for (const std::uint32_t port : {kOurPort, kPlainPort})
        measure(edge, port, 1);
    std::vector<double> ratios;
    for (int pair = 0; applied && pair < pairs; ++pair) {
        const bool ours_first = pair % 2 == 0;
        const double first = measure(edge, ours_first ? kOurPort : kPlainPort, seconds);
        const double second = measure(edge, ours_first ? kPlainPort : kOurPort, seconds);
        const double ours = ours_first ? first : second;
        const double theirs = ours_first ? second : first;
        ratios.push_back(ours / std::max(theirs, 1.0));
        std::printf("pair %2d: edge %8.0f/s, plain HAProxy %8.0f/s, ratio %.3f\n", pair + 1, ours,
                    theirs, ratios.back());
        std::fflush(stdout);
    }
    kill(plain, SIGKILL);
    waitpid(plain, nullptr, 0);
    std::sort(ratios.begin(), ratios.end());
    if (!ratios.empty())
        std::printf("median ratio %.3f of %zu pairs\n", ratios[ratios.size() / 2], ratios.size());
}

} // namespace

int main(int argc, char **argv)
{
    if (const auto part = playPart(argc, argv))
        return *part;
    run(argc > 1 ? std::atoi(argv[1]) : 10, argc > 2 ? std::atoi(argv[2]) : 3);
    return 0;
}
