// Packages and commands that core tests begin with.
#pragma once

#include "backend/core/core.h"

namespace slipway::core::test
{

inline constexpr std::int64_t kStart_ms = 1'700'000'000'000;

v1::RoleDefinition webRole(const std::string &name, const std::string &size, std::uint32_t port);
v1::RoleDefinition workerRole(const std::string &name, const std::string &size);
// A web role WebRole and, if wanted, a worker role WorkerRole with an internal endpoint.
v1::Package guestbook(const std::string &digest, std::uint32_t web_count,
                      std::uint32_t worker_count, const std::string &size = "Small");

v1::Command createService(const std::string &name);
v1::Command registerPackage(const v1::Package &package);
v1::Command deploy(const std::string &service, v1::SlotKind slot, const std::string &digest);
v1::Command swapSlots(const std::string &service);
v1::Command changeRole(const std::string &service, v1::SlotKind slot, const std::string &role,
                       std::uint32_t count, const std::string &size = {});
v1::Command startDeployment(const std::string &service, v1::SlotKind slot);
v1::Command stopDeployment(const std::string &service, v1::SlotKind slot);
v1::Command deleteDeployment(const std::string &service, v1::SlotKind slot);
v1::Command reboot(const std::string &service, v1::SlotKind slot,
                   const std::vector<std::string> &instances);
v1::Command reimage(const std::string &service, v1::SlotKind slot,
                    const std::vector<std::string> &instances);
// The present settings with another number of hosts and fault domains.
v1::Command wantHosts(const State &state, std::uint32_t hosts, std::uint32_t fault_domains);
v1::Command cancel(const std::string &operation);

// Everything in the state, byte for byte.
std::string bytesOf(const State &state);

} // namespace slipway::core::test
