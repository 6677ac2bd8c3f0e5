// Orders travel with what many instances have in common said once; whoever follows one instance
// puts both together.
#pragma once

#include "slipway/v1/machine.pb.h"

#include <string>

namespace slipway
{

// nullptr: the deployment's orders do not name such a role.
inline const v1::RoleOrder *findRoleOrder(const v1::DeploymentOrder &common,
                                          const std::string &role)
{
    for (const v1::RoleOrder &one : common.roles()) {
        if (one.role().name() == role)
            return &one;
    }
    return nullptr;
}

// What its host needs to run it: all but settings, peers and probes, which may be large.
inline void addRole(v1::InstanceOrder &order, const v1::DeploymentOrder &common)
{
    order.set_service(common.service());
    const v1::RoleOrder *role = findRoleOrder(common, order.role_name());
    if (!role)
        return;
    *order.mutable_role() = role->role();
    order.set_content_path(role->content_path());
}

// What its agent needs besides.
inline void addSurroundings(v1::InstanceOrder &order, const v1::DeploymentOrder &common)
{
    if (const v1::RoleOrder *role = findRoleOrder(common, order.role_name()))
        *order.mutable_settings() = role->settings();
    *order.mutable_peers() = common.peers();
    *order.mutable_probes() = common.probes();
}

} // namespace slipway
