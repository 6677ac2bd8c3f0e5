// Commands as one line each, with the etag of what the operator saw.
#pragma once

#include "models/base/fabric_store.h"
#include "slipway/v1/commands.pb.h"

#include <string>
#include <vector>

namespace slipway::models::commands
{

v1::Command createService(const std::string &name, const std::string &label,
                          const std::string &description);
v1::Command updateService(const v1::CloudService &service); // as edited; its revision is the etag
v1::Command deleteService(const std::string &name, bool delete_deployments);
v1::Command deploy(v1::Deploy deploy);
v1::Command swap(const v1::CloudService &service, bool validate_only = false);
v1::Command changeRoles(const v1::Deployment &deployment, const std::vector<v1::RoleGoal> &goals,
                        bool accept_single_instance, bool validate_only = false);
v1::Command balanceRole(const v1::Deployment &deployment, const std::string &role,
                        bool validate_only = false);
v1::Command startDeployment(const std::string &service, v1::SlotKind slot);
v1::Command stopDeployment(const std::string &service, v1::SlotKind slot);
v1::Command deleteDeployment(const std::string &service, v1::SlotKind slot);
// All of one deployment.
v1::Command rebootInstances(const std::vector<InstanceId> &instances);
v1::Command reimageInstances(const std::vector<InstanceId> &instances);
v1::Command deletePackage(const std::string &digest);
v1::Command updateSettings(const v1::Settings &settings); // its revision is the etag

} // namespace slipway::models::commands
