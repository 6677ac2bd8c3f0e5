#pragma once

#include "backend/proto/result.h"
#include "slipway/v1/fabric.pb.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace slipway::ctl
{

// The entities of a fabric, ordered as people read them.
struct FabricSnapshot {
    std::map<std::string, v1::CloudService> services;
    std::map<std::string, v1::Deployment> deployments;
    std::map<std::pair<std::string, std::string>, v1::RoleInstance> instances; // deployment, name
    std::map<std::string, v1::Host> hosts;
    std::map<std::string, v1::Package> packages;
    std::map<std::string, v1::Operation> operations;
    std::map<std::uint64_t, v1::Event> events;
    v1::Settings settings;

    void apply(const v1::Change &change);

    // NOT_FOUND SERVICE_NOT_FOUND, naming those that exist.
    Result<v1::CloudService> service(const std::string &name) const;
    const v1::Deployment *deployment(const std::string &id) const; // null: there is none
    // The deployments of a service in one slot, or in both: production first.
    std::vector<v1::Deployment> deploymentsOf(const std::string &service, v1::SlotKind slot) const;
    // Their instances: production first, then by role and number.
    std::vector<v1::RoleInstance> instancesOf(const std::string &service, v1::SlotKind slot) const;
    v1::SlotKind slotOf(const v1::RoleInstance &instance) const;
    // A digest, or the beginning of one (8 digits or more) that fits one package only.
    Result<v1::Package> package(const std::string &digest) const;

private:
    void remove(const v1::Removed &removed);
};

// The production slot, unless staging is meant.
const v1::Slot &slotIn(const v1::CloudService &service, v1::SlotKind slot);

// Compares text with numbers inside by their value: host-2 before host-10.
bool naturallyLess(const std::string &left, const std::string &right);

} // namespace slipway::ctl
