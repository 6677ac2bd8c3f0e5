#include "backend/core/hosts.h"

#include "backend/core/health.h"
#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/placement.h"
#include "backend/core/timeline.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

constexpr const char *kHostPrefix = "host-";

std::uint32_t numberOf(const std::string &host_id)
{
    std::uint32_t number = 0;
    for (const char digit : host_id) {
        if (digit >= '0' && digit <= '9')
            number = number * 10 + static_cast<std::uint32_t>(digit - '0');
    }
    return std::max(number, 1U);
}

// host-1 in domain 0, host-2 in domain 1, and round again.
std::uint32_t domainOf(const std::string &host_id, const v1::Settings &settings)
{
    return (numberOf(host_id) - 1) % std::max(settings.fault_domain_count(), 1U);
}

void makeHost(Transaction &tx, const std::string &id)
{
    const v1::Settings &settings = tx.state().settings;
    const bool is_new = !findHost(tx.state(), id);
    v1::Host &host = tx.host(id);
    if (is_new) {
        host.set_id(id);
        host.set_fault_domain(domainOf(id, settings));
        host.set_state(v1::Host::Starting);
        host.set_state_time_ms(tx.now());
    }
    host.set_cores(settings.host_cores());
    host.set_memory_bytes(settings.host_memory_bytes());
}

std::vector<InstanceKey> instancesOn(const State &state, const std::string &host_id)
{
    std::vector<InstanceKey> keys;
    for (const auto &[key, instance] : state.instances) {
        if (instance.host() == host_id)
            keys.push_back(key);
    }
    return keys;
}

void becomeReady(Transaction &tx, v1::Host &host)
{
    if (host.state() == v1::Host::Ready)
        return;
    const bool was_lost = host.state() == v1::Host::Lost;
    host.set_state(v1::Host::Ready);
    host.set_reason("");
    host.set_state_time_ms(tx.now());
    tellHost(tx, host, v1::INFO, was_lost ? "HostBack" : "HostReady",
             host.id() + (was_lost ? " is back and takes instances again" : " is ready"));
    tx.markCapacity();
}

// Orders make the host start what it should have and has not.
void noticeMissing(Transaction &tx, const v1::HostHello &hello)
{
    std::set<InstanceKey> listed;
    for (const v1::InstanceStatus &status : hello.instances()) {
        if (status.present())
            listed.emplace(status.deployment_id(), status.name());
    }
    for (const InstanceKey &key : instancesOn(tx.state(), hello.host_id())) {
        if (!listed.contains(key))
            instanceGone(tx, key, hello.host_id() + " came up without it");
    }
}

void becomeLost(Transaction &tx, v1::Host &host, const std::string &cause, std::size_t instances)
{
    if (host.state() == v1::Host::Lost)
        return;
    host.set_state(v1::Host::Lost);
    host.set_reason(cause);
    host.set_state_time_ms(tx.now());
    host.set_pid(0);
    tellHost(tx, host, v1::ERROR, "HostLost", host.id() + " was lost", cause,
             instances == 0 ? "it had no instances"
                            : counted(instances, "instance") + " will run elsewhere");
}

void outOfReach(Transaction &tx, const InstanceKey &key, const std::string &host_id)
{
    const v1::RoleInstance &instance = tx.state().instances.at(key);
    if (instance.goal() == v1::RoleInstance::RUN &&
        instance.restart() == v1::RoleInstance::NO_RESTART)
        setState(tx, tx.instance(key), v1::RoleInstance::UnresponsiveRole,
                 host_id + " does not answer");
}

void tellMove(Transaction &tx, const InstanceKey &key, const std::string &from,
              const std::string &cause)
{
    const v1::RoleInstance *instance = findInstance(tx.state(), key.first, key.second);
    if (!instance || instance->goal() != v1::RoleInstance::RUN)
        return;
    const bool placed = !instance->host().empty();
    tellInstance(
        tx, *instance, v1::WARNING, "InstanceMoved",
        from + " did not answer; " +
            (placed ? "moved to " + instance->host() : "waiting for another host"),
        cause, placed ? "starts on " + instance->host() + " with fresh disks" : instance->reason());
}

} // namespace

void makeHosts(Transaction &tx)
{
    const std::uint32_t count = tx.state().settings.host_count();
    for (std::uint32_t number = 1; number <= count; ++number)
        makeHost(tx, kHostPrefix + std::to_string(number));
    std::vector<std::string> beyond;
    for (const auto &[id, host] : tx.state().hosts) {
        if (numberOf(id) > count && instancesOn(tx.state(), id).empty())
            beyond.push_back(id);
    }
    for (const std::string &id : beyond)
        tx.removeHost(id);
    tx.markCapacity();
}

void hostSaidHello(Transaction &tx, const v1::HostHello &hello)
{
    if (hello.host_id().empty())
        return;
    if (!findHost(tx.state(), hello.host_id()))
        makeHost(tx, hello.host_id());
    v1::Host &host = tx.host(hello.host_id());
    host.set_pid(hello.pid());
    host.set_isolation(hello.isolation());
    host.set_isolation_advice(hello.isolation_advice());
    host.set_real_cores(hello.real_cores());
    host.set_real_memory_bytes(hello.real_memory_bytes());
    becomeReady(tx, host);
    for (const v1::InstanceStatus &status : hello.instances())
        applyStatus(tx, hello.host_id(), status);
    noticeMissing(tx, hello);
}

void hostWasLost(Transaction &tx, const v1::HostLost &lost)
{
    if (!findHost(tx.state(), lost.host_id()))
        return;
    const std::string id = lost.host_id();
    const std::vector<InstanceKey> affected = instancesOn(tx.state(), id);
    becomeLost(tx, tx.host(id), lost.cause(), affected.size());
    if (!lost.instances_gone()) {
        for (const InstanceKey &key : affected)
            outOfReach(tx, key, id);
        return;
    }
    for (const InstanceKey &key : affected)
        leaveLostHost(tx, key, id + " did not answer");
    placeWaiting(tx);
    for (const InstanceKey &key : affected)
        tellMove(tx, key, id, lost.cause());
}

} // namespace slipway::core
