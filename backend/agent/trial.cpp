#include "backend/agent/trial.h"

#include "backend/agent/identities.h"
#include "backend/agent/processes.h"
#include "backend/agent/program_wall.h"
#include "backend/sys/child_process.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <system_error>

namespace slipway::agent
{

namespace fs = std::filesystem;

namespace
{

constexpr int kProgramLimit_ms = 5'000;

// Empty when it works, else what does not.
std::string tryDisk(const fs::path &folder)
{
    const fs::path file = folder / "trial";
    errno = 0;
    std::ofstream stream(file, std::ios::trunc);
    stream << "written\n";
    stream.close();
    if (!stream)
        return "cannot write to its disk: " + std::string(std::strerror(errno));
    std::error_code error;
    fs::remove(file, error);
    return error ? "cannot remove a file of its disk: " + error.message() : std::string();
}

std::string tryContent(const AgentOptions &options)
{
    const fs::path &folder = options.role_folder;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    if (error)
        return "cannot read the role's content: " + error.message();
    if (!options.isolated && !options.confined)
        return {}; // nothing keeps an ordinary user's programs from it
    const fs::path file = folder / "trial";
    if (!std::ofstream(file))
        return {};
    fs::remove(file, error);
    return "the role's content is open to its programs";
}

std::string tryProgram(const AgentOptions &options)
{
    sys::SpawnRequest request;
    request.arguments = {"/bin/sh", "-c", "exit 0"};
    request.working_folder = options.local_folder;
    request.clear_environment = true;
    const auto wall = makeProgramWall(options, PortPool(options, {}));
    if (!wall)
        return wall.error().message();
    request.confinement = *wall;
    request.identity = identityFor(false, options);
    const auto output = sys::runProgram(request, kProgramLimit_ms);
    if (!output)
        return output.error().message();
    return output->ok() ? std::string() : "a program " + sys::describeExit(output->wait_status);
}

std::string tryAll(const AgentOptions &options)
{
    if (options.isolated && !raiseLoopback())
        return "the loopback device cannot be raised: " + std::string(std::strerror(errno));
    if (const std::string problem = tryDisk(options.local_folder); !problem.empty())
        return problem;
    if (const std::string problem = tryContent(options); !problem.empty())
        return problem;
    if (findFreePort() == 0)
        return "cannot listen on 127.0.0.1: " + std::string(std::strerror(errno));
    return tryProgram(options);
}

} // namespace

int tryInstance(const AgentOptions &options)
{
    const std::string problem = tryAll(options);
    if (problem.empty())
        return 0;
    std::cerr << "A test instance: " << problem << std::endl;
    return 1;
}

} // namespace slipway::agent
