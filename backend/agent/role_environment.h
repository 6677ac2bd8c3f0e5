// What a program of the role finds in its environment, and what RoleInstanceValue xpaths say.
#pragma once

#include "backend/agent/agent.h"
#include "backend/agent/command_line.h"
#include "slipway/v1/machine.pb.h"

#include <cstdint>
#include <map>
#include <optional>

namespace slipway::agent
{

// Endpoint name -> the port that the program binds on 127.0.0.1 (or nginx for it).
using LocalPorts = std::map<std::string, std::uint32_t>;

class RoleEnvironment
{
public:
    RoleEnvironment(const v1::InstanceOrder &order, const AgentOptions &options, LocalPorts ports);

    // What every process of the role gets. It starts from nothing but PATH and a locale.
    Environment base() const;
    // base() and the definition's variables: `extra` (a task's) win over the role's own.
    Environment with(const google::protobuf::RepeatedPtrField<v1::Variable> &extra) const;
    // For the role's program: with the definition's variables. A web program's port wins over all
    // of them, because nginx has the endpoint's own port; 0: it has no web server before it.
    Environment forProgram(std::uint32_t web_port) const;

    // The value of one of the documented paths; nothing for an unknown one.
    std::optional<std::string> valueOf(const std::string &xpath) const;

    std::filesystem::path storageFolder(const std::string &name) const;
    std::filesystem::path topologyFile() const;
    std::filesystem::path scratchFolder() const; // the agent's own files on the instance's disk
    // The first tcp or http endpoint, input before internal: what PORT means to a worker.
    const v1::Endpoint *firstEndpoint() const;

private:
    std::optional<std::string> currentInstance(const std::string &rest) const;
    std::optional<std::string> endpointValue(const std::string &name,
                                             const std::string &attribute) const;
    std::optional<std::string> storageValue(const std::string &name,
                                            const std::string &attribute) const;
    std::optional<std::string> settingValue(const std::string &name) const;
    void addVariables(Environment &environment,
                      const google::protobuf::RepeatedPtrField<v1::Variable> &variables) const;
    void addEndpoints(Environment &environment) const;

    v1::InstanceOrder m_order;
    AgentOptions m_options;
    LocalPorts m_ports;
};

// "HttpIn" -> "HTTPIN", "my-store" -> "MY_STORE".
std::string variableName(const std::string &name);
// "http", "https", "tcp", "udp", "any".
std::string protocolName(v1::Protocol protocol);
// Whether the agent can carry it: everything but udp.
bool isStream(v1::Protocol protocol);

} // namespace slipway::agent
