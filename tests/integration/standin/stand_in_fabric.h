// A whole controller in this process, over hosts that are processes and run nothing: what is stored
// is made by the core itself.
#pragma once

#include "backend/fabric/parts.h"
#include "tests/simulation/core/world.h"

#include <QTemporaryDir>
#include <map>
#include <memory>
#include <string>

namespace slipway::test
{

class StandInFabric
{
public:
    StandInFabric();
    ~StandInFabric(); // ends everything

    // What the fabric finds in its store.
    core::test::World world{6, 2};
    bool open(); // with what the world has become

    Result<v1::CommandReply> execute(v1::Command command);
    // The command's operation has ended well within the time.
    bool finish(const v1::Command &command, int limit_ms = 60'000);
    core::State state() const; // as a watcher sees it now
    std::size_t ready(const std::string &deployment_id = {}) const;
    bool waitReady(std::size_t count, int limit_ms) const;
    std::map<std::string, int> hostPids() const;
    std::size_t eventsOf(const std::string &kind) const;

private:
    QTemporaryDir m_folder;
    fabric::FabricOptions m_options;
    std::unique_ptr<fabric::Fabric> m_fabric;
};

} // namespace slipway::test
