#include "backend/core/packages.h"

#include "backend/core/lookup.h"
#include "backend/core/subjects.h"

namespace slipway::core
{
namespace
{

std::string usersOf(const State &state, const std::string &digest)
{
    std::string users;
    for (const auto &[id, deployment] : state.deployments) {
        if (deployment.package_digest() == digest)
            users += (users.empty() ? "" : ", ") + deployment.service() + " (" +
                     (isInSlot(state, deployment) ? slotName(deployment.slot()) : "being deleted") +
                     ")";
    }
    return users;
}

} // namespace

Result<Prepared> prepareRegisterPackage(const State &state, const v1::Command &command)
{
    const v1::Package &package = command.register_package();
    if (package.digest().empty() || package.definition().roles().empty())
        return failure(v1::Error::INVALID_ARGUMENT, "INVALID_PACKAGE",
                       "The package has no digest or defines no role.", package.digest());
    Prepared prepared;
    prepared.operation.set_kind("UploadPackage");
    prepared.operation.set_title("Upload package " + package.file_name());
    const bool known = state.packages.contains(package.digest());
    prepared.preview = {known ? "The package is stored already." : "The package is stored."};
    prepared.change = [package, known](Transaction &tx, v1::Operation &operation) {
        if (known)
            return;
        v1::Package &stored = tx.package(package.digest());
        stored = package;
        if (stored.upload_time_ms() == 0)
            stored.set_upload_time_ms(tx.now());
        if (stored.actor().empty())
            stored.set_actor(operation.actor());
    };
    return prepared;
}

Result<Prepared> prepareDeletePackage(const State &state, const v1::Command &command)
{
    const std::string &digest = command.delete_package();
    const auto found = state.packages.find(digest);
    if (found == state.packages.end())
        return failure(v1::Error::NOT_FOUND, "PACKAGE_NOT_FOUND",
                       "There is no package " + digest + ".", digest);
    if (auto stale = refuseStale(command, found->second.revision(), digest))
        return Failure(*stale);
    const std::string users = usersOf(state, digest);
    if (!users.empty())
        return failure(v1::Error::FAILED_PRECONDITION, "PACKAGE_IN_USE",
                       "Package " + found->second.file_name() + " is used by " + users +
                           ": delete these deployments first.",
                       digest);
    Prepared prepared;
    prepared.operation.set_kind("DeletePackage");
    prepared.operation.set_title("Delete package " + found->second.file_name());
    prepared.preview = {"Package " + found->second.file_name() + " is deleted."};
    prepared.change = [digest](Transaction &tx, v1::Operation &) { tx.removePackage(digest); };
    return prepared;
}

} // namespace slipway::core
