// The GUI's mirror of the fabric: contract messages in maps keyed by id, and what is counted over
// them. Written by Session alone, read by models and pages. GUI thread only.
#pragma once

#include "models/base/condition.h"
#include "models/base/watch_batch.h"

#include <QObject>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::models
{

// An instance's identity: names repeat over deployments.
struct InstanceId {
    std::string deployment;
    std::string name;

    auto operator<=>(const InstanceId &) const = default;
    QString toString() const; // "deployment/name"
    static InstanceId fromString(const QString &text);
};

struct InstanceIdHash {
    std::size_t operator()(const InstanceId &id) const
    {
        return std::hash<std::string>{}(id.deployment) * 31 + std::hash<std::string>{}(id.name);
    }
};

// Immutable once in the store; a change is a new object, so equal pointers mean "nothing changed".
template <typename T> using Ref = std::shared_ptr<const T>;

// Which keys were written or removed; the store itself says what they are now (absent: removed).
struct StoreDelta {
    bool snapshot = false;
    bool settings = false;
    std::vector<std::string> services;
    std::vector<std::string> deployments;
    std::vector<InstanceId> instances;
    std::vector<std::string> hosts;
    std::vector<std::string> packages;
    std::vector<std::string> operations;
    std::vector<v1::Event> events; // new ones, in the order of their ids
    // Deployments whose own message or whose instances changed.
    std::vector<std::string> tallied;
};

class FabricStore : public QObject
{
    Q_OBJECT

public:
    template <typename T> using Map = std::map<std::string, Ref<T>>;
    using Instances = std::map<InstanceId, Ref<v1::RoleInstance>>;

    using QObject::QObject;

    const Map<v1::CloudService> &services() const { return m_services; }
    const Map<v1::Deployment> &deployments() const { return m_deployments; }
    const Instances &instances() const { return m_instances; }
    const Map<v1::Host> &hosts() const { return m_hosts; }
    const Map<v1::Package> &packages() const { return m_packages; }
    const Map<v1::Operation> &operations() const { return m_operations; }
    const std::deque<v1::Event> &events() const { return m_events; } // oldest first, bounded
    const v1::Settings &settings() const { return m_settings; }
    bool isStale() const { return m_stale; }
    std::uint64_t revision() const { return m_revision; }
    const std::string &fabricId() const { return m_fabric_id; }

    // nullptr: there is none.
    Ref<v1::CloudService> service(const std::string &name) const;
    Ref<v1::Deployment> deployment(const std::string &id) const;
    Ref<v1::Deployment> deploymentIn(const std::string &service, v1::SlotKind slot) const;
    Ref<v1::RoleInstance> instance(const InstanceId &id) const;
    Ref<v1::Host> host(const std::string &id) const;
    Ref<v1::Package> package(const std::string &digest) const;
    Ref<v1::Operation> operation(const std::string &id) const;

    std::vector<Ref<v1::RoleInstance>> instancesOf(const std::string &deployment) const;
    Tally tally(const std::string &deployment) const;
    Tally roleTally(const std::string &deployment, const std::string &role) const;
    Tally serviceTally(const std::string &service) const; // both slots
    std::uint32_t instancesOn(const std::string &host) const;

    // Session only.
    void apply(const WatchBatch &batch);
    void setStale(bool stale);

Q_SIGNALS:
    void changed(const slipway::models::StoreDelta &delta);
    void staleChanged(bool stale);

private:
    struct Pass; // one batch being applied

    void put(Pass &pass, const v1::Change &change);
    void putInstance(Pass &pass, const v1::RoleInstance &instance);
    void putEvents(Pass &pass, bool other_fabric);
    void remove(Pass &pass, const v1::Removed &removed);
    void removeInstance(Pass &pass, const InstanceId &id);
    void removeUnnamed(Pass &pass); // after a snapshot: what it did not name

    Map<v1::CloudService> m_services;
    Map<v1::Deployment> m_deployments;
    Instances m_instances;
    Map<v1::Host> m_hosts;
    Map<v1::Package> m_packages;
    Map<v1::Operation> m_operations;
    std::deque<v1::Event> m_events;
    v1::Settings m_settings;
    std::map<std::pair<std::string, std::string>, Tally> m_role_tallies; // deployment, role
    std::map<std::string, Tally> m_tallies;
    std::map<std::string, std::uint32_t> m_on_host;
    std::uint64_t m_revision = 0;
    std::string m_fabric_id;
    bool m_stale = true;
};

} // namespace slipway::models
