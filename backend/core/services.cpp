#include "backend/core/services.h"

#include "backend/core/addresses.h"
#include "backend/core/deployments.h"
#include "backend/core/lookup.h"
#include "backend/core/subjects.h"

#include <algorithm>

namespace slipway::core
{
namespace
{

constexpr std::size_t kLongestLabel = 100;
constexpr std::size_t kLongestDescription = 1024;

bool isDnsLabel(const std::string &name)
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !name.empty() && name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
           std::all_of(name.begin(), name.end(), allowed);
}

std::optional<v1::Error> refuseTexts(const std::string &label, const std::string &description,
                                     const std::string &name)
{
    if (label.size() > kLongestLabel)
        return makeError(v1::Error::INVALID_ARGUMENT, "LABEL_TOO_LONG",
                         "The label is longer than 100 bytes.", name);
    if (description.size() > kLongestDescription)
        return makeError(v1::Error::INVALID_ARGUMENT, "DESCRIPTION_TOO_LONG",
                         "The description is longer than 1024 bytes.", name);
    return std::nullopt;
}

std::optional<v1::Error> refuseName(const State &state, const std::string &name)
{
    if (!isDnsLabel(name))
        return makeError(v1::Error::INVALID_ARGUMENT, "INVALID_NAME",
                         "\"" + name +
                             "\" cannot be a service's name: use 1 to 63 lower-case "
                             "letters, digits and hyphens, with no hyphen at either end.",
                         name);
    if (findService(state, name))
        return makeError(v1::Error::ALREADY_EXISTS, "SERVICE_EXISTS",
                         "There is already a cloud service \"" + name + "\"; choose another name.",
                         name);
    return std::nullopt;
}

// Instances may come to any host, so every host must be able to.
std::optional<v1::Error> refuseOutside(const State &state, const std::string &service)
{
    for (const auto &[id, host] : state.hosts) {
        if (!host.outside_problem().empty())
            return makeError(v1::Error::FAILED_PRECONDITION, "OUTSIDE_ACCESS_UNAVAILABLE",
                             "The instances of " + service +
                                 " cannot get access to the outside: " + host.outside_problem(),
                             service);
    }
    return std::nullopt;
}

v1::CloudService newService(const v1::CreateService &wanted, const AddressPair &addresses,
                            std::int64_t now_ms)
{
    v1::CloudService service;
    service.set_name(wanted.name());
    service.set_label(wanted.label());
    service.set_description(wanted.description());
    service.set_create_time_ms(now_ms);
    service.mutable_production()->set_kind(v1::PRODUCTION);
    service.mutable_production()->set_address(addresses.production);
    service.mutable_staging()->set_kind(v1::STAGING);
    service.mutable_staging()->set_address(addresses.staging);
    return service;
}

std::vector<std::string> deploymentsOf(const v1::CloudService &service)
{
    std::vector<std::string> ids;
    for (const std::string *id :
         {&service.production().deployment_id(), &service.staging().deployment_id()}) {
        if (!id->empty())
            ids.push_back(*id);
    }
    return ids;
}

} // namespace

Result<Prepared> prepareCreateService(const State &state, const v1::Command &command)
{
    const v1::CreateService &wanted = command.create_service();
    if (auto wrong = refuseName(state, wanted.name()))
        return Failure(*wrong);
    if (auto wrong = refuseTexts(wanted.label(), wanted.description(), wanted.name()))
        return Failure(*wrong);
    const auto addresses = freeAddresses(state);
    if (!addresses)
        return failure(v1::Error::RESOURCE_EXHAUSTED, "NO_ADDRESS",
                       "All addresses of " + state.settings.address_prefix() +
                           ".0/24 are taken: delete a service that is not used any more.",
                       wanted.name());
    Prepared prepared;
    prepared.operation.set_kind("CreateService");
    prepared.operation.set_title("Create service " + wanted.name());
    prepared.operation.set_service(wanted.name());
    prepared.preview = {"Service " + wanted.name() + " gets " + addresses->production +
                        " for production and " + addresses->staging + " for staging."};
    prepared.change = [wanted, addresses = *addresses](Transaction &tx, v1::Operation &) {
        tx.service(wanted.name()) = newService(wanted, addresses, tx.now());
    };
    return prepared;
}

Result<Prepared> prepareUpdateService(const State &state, const v1::Command &command)
{
    const v1::UpdateService &wanted = command.update_service();
    const auto service = requireService(state, wanted.name());
    if (!service)
        return Failure(service.error());
    if (auto stale = refuseStale(command, (*service)->revision(), wanted.name()))
        return Failure(*stale);
    if (auto wrong = refuseTexts(wanted.label(), wanted.description(), wanted.name()))
        return Failure(*wrong);
    if (wanted.outside_access() && !(*service)->outside_access()) {
        if (auto closed = refuseOutside(state, wanted.name()))
            return Failure(*closed);
    }
    Prepared prepared;
    prepared.operation.set_kind("UpdateService");
    prepared.operation.set_title("Change service " + wanted.name());
    prepared.operation.set_service(wanted.name());
    prepared.preview = {"Label, description and outside access of " + wanted.name() +
                        " are set as given."};
    prepared.change = [wanted](Transaction &tx, v1::Operation &) {
        v1::CloudService &changed = tx.service(wanted.name());
        changed.set_label(wanted.label());
        changed.set_description(wanted.description());
        changed.set_outside_access(wanted.outside_access());
    };
    return prepared;
}

Result<Prepared> prepareDeleteService(const State &state, const v1::Command &command)
{
    const v1::DeleteService &wanted = command.delete_service();
    const auto service = requireService(state, wanted.name());
    if (!service)
        return Failure(service.error());
    if (auto stale = refuseStale(command, (*service)->revision(), wanted.name()))
        return Failure(*stale);
    const std::vector<std::string> deployments = deploymentsOf(**service);
    if (!deployments.empty() && !wanted.delete_deployments())
        return failure(v1::Error::FAILED_PRECONDITION, "SERVICE_NOT_EMPTY",
                       "Service " + wanted.name() + " still has " +
                           counted(deployments.size(), "deployment") +
                           ": delete them first, or ask for them to be deleted too.",
                       wanted.name());
    Prepared prepared;
    prepared.operation.set_kind("DeleteService");
    prepared.operation.set_title("Delete service " + wanted.name());
    prepared.operation.set_service(wanted.name());
    prepared.preview = {"Service " + wanted.name() + ", its addresses and " +
                        counted(deployments.size(), "deployment") + " are deleted."};
    prepared.operation.mutable_old_deployments()->Assign(deployments.begin(), deployments.end());
    prepared.change = [deployments, name = wanted.name()](Transaction &tx, v1::Operation &op) {
        for (const std::string &id : deployments)
            beginDeletion(tx, id, op);
        tx.removeService(name);
    };
    return prepared;
}

} // namespace slipway::core
