#include "app/ctl/fabric_snapshot.h"

#include <algorithm>
#include <cctype>
#include <tuple>

namespace slipway::ctl
{

namespace
{

constexpr std::size_t kDigestDigitsMin = 8;

std::string joined(const std::map<std::string, v1::CloudService> &services)
{
    std::string names;
    for (const auto &[name, service] : services)
        names += (names.empty() ? "" : ", ") + name;
    return names;
}

std::size_t endOfDigits(const std::string &text, std::size_t from)
{
    while (from < text.size() && std::isdigit(static_cast<unsigned char>(text[from])))
        ++from;
    return from;
}

// Without leading zeros, so that length decides first.
std::string number(const std::string &text, std::size_t from, std::size_t to)
{
    while (from + 1 < to && text[from] == '0')
        ++from;
    return text.substr(from, to - from);
}

} // namespace

const v1::Slot &slotIn(const v1::CloudService &service, v1::SlotKind slot)
{
    return slot == v1::STAGING ? service.staging() : service.production();
}

bool naturallyLess(const std::string &left, const std::string &right)
{
    std::size_t a = 0;
    std::size_t b = 0;
    while (a < left.size() && b < right.size()) {
        const std::size_t a_end = endOfDigits(left, a);
        const std::size_t b_end = endOfDigits(right, b);
        if (a_end > a && b_end > b) {
            const std::string x = number(left, a, a_end);
            const std::string y = number(right, b, b_end);
            if (x != y)
                return x.size() != y.size() ? x.size() < y.size() : x < y;
            a = a_end;
            b = b_end;
        } else if (left[a] != right[b]) {
            return left[a] < right[b];
        } else {
            ++a;
            ++b;
        }
    }
    return left.size() - a < right.size() - b;
}

void FabricSnapshot::apply(const v1::Change &change)
{
    switch (change.body_case()) {
    case v1::Change::kService:
        services[change.service().name()] = change.service();
        break;
    case v1::Change::kDeployment:
        deployments[change.deployment().id()] = change.deployment();
        break;
    case v1::Change::kInstance:
        instances[{change.instance().deployment_id(), change.instance().name()}] =
            change.instance();
        break;
    case v1::Change::kHost:
        hosts[change.host().id()] = change.host();
        break;
    case v1::Change::kPackage:
        packages[change.package().digest()] = change.package();
        break;
    case v1::Change::kOperation:
        operations[change.operation().id()] = change.operation();
        break;
    case v1::Change::kEvent:
        events[change.event().id()] = change.event();
        break;
    case v1::Change::kSettings:
        settings = change.settings();
        break;
    case v1::Change::kRemoved:
        remove(change.removed());
        break;
    case v1::Change::BODY_NOT_SET:
        break;
    }
}

void FabricSnapshot::remove(const v1::Removed &removed)
{
    switch (removed.kind()) {
    case v1::Removed::SERVICE:
        services.erase(removed.id());
        break;
    case v1::Removed::DEPLOYMENT:
        deployments.erase(removed.id());
        break;
    case v1::Removed::INSTANCE:
        instances.erase({removed.parent_id(), removed.id()});
        break;
    case v1::Removed::HOST:
        hosts.erase(removed.id());
        break;
    case v1::Removed::PACKAGE:
        packages.erase(removed.id());
        break;
    case v1::Removed::OPERATION:
        operations.erase(removed.id());
        break;
    default:
        break;
    }
}

Result<v1::CloudService> FabricSnapshot::service(const std::string &name) const
{
    if (const auto found = services.find(name); found != services.end())
        return found->second;
    return failure(v1::Error::NOT_FOUND, "SERVICE_NOT_FOUND",
                   "There is no cloud service \"" + name + "\". " +
                       (services.empty()
                            ? "Create it with \"slipwayctl service create " + name + "\"."
                            : "There are: " + joined(services) + "."),
                   name);
}

const v1::Deployment *FabricSnapshot::deployment(const std::string &id) const
{
    const auto found = deployments.find(id);
    return found == deployments.end() ? nullptr : &found->second;
}

std::vector<v1::Deployment> FabricSnapshot::deploymentsOf(const std::string &service,
                                                          v1::SlotKind slot) const
{
    std::vector<v1::Deployment> found;
    for (const auto &[id, deployment] : deployments)
        if (deployment.service() == service &&
            (slot == v1::SLOT_UNSPECIFIED || deployment.slot() == slot))
            found.push_back(deployment);
    std::stable_sort(found.begin(), found.end(),
                     [](const auto &a, const auto &b) { return a.slot() < b.slot(); });
    return found;
}

std::vector<v1::RoleInstance> FabricSnapshot::instancesOf(const std::string &service,
                                                          v1::SlotKind slot) const
{
    std::vector<v1::RoleInstance> found;
    for (const auto &[key, instance] : instances)
        if (instance.service() == service &&
            (slot == v1::SLOT_UNSPECIFIED || slotOf(instance) == slot))
            found.push_back(instance);
    std::stable_sort(found.begin(), found.end(), [this](const auto &a, const auto &b) {
        const auto key = [this](const v1::RoleInstance &i) {
            return std::make_tuple(slotOf(i), i.deployment_id(), i.role(), i.index());
        };
        return key(a) < key(b);
    });
    return found;
}

v1::SlotKind FabricSnapshot::slotOf(const v1::RoleInstance &instance) const
{
    const v1::Deployment *owner = deployment(instance.deployment_id());
    return owner ? owner->slot() : v1::SLOT_UNSPECIFIED;
}

Result<v1::Package> FabricSnapshot::package(const std::string &digest) const
{
    static const std::string kPrefix = "sha256:";
    const std::string wanted = digest.starts_with(kPrefix) ? digest : kPrefix + digest;
    std::vector<v1::Package> found;
    for (const auto &[key, package] : packages)
        if (key == wanted ||
            (key.starts_with(wanted) && wanted.size() >= kPrefix.size() + kDigestDigitsMin))
            found.push_back(package);
    if (found.size() == 1)
        return found.front();
    return failure(
        v1::Error::NOT_FOUND, "PACKAGE_NOT_FOUND",
        "\"" + digest + "\" is " +
            (found.empty() ? "neither a file nor" : "the beginning of more than one, not") +
            " the digest of a package. \"slipwayctl package list\" lists them.",
        digest);
}

} // namespace slipway::ctl
