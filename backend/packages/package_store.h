// The content-addressed store of uploaded packages, below one folder:
//   <64 hex>/package.pb                       the v1::Package
//   <64 hex>/content/<role>/approot/...       what instances run (read-only)
//   <64 hex>/content/<role>/sitesroot/<n>/...
//   <64 hex>/content.sha256                   of all of content, to be believed again later
//   <64 hex>/unregistered                     until the fabric has it in its store
//   .incoming-<random>/                       being added; renamed when whole
#pragma once

#include "backend/packages/package_reader.h"

#include <functional>

namespace slipway::packages
{

// The name of its folder.
std::string folderName(const std::string &digest);

// Methods may be called on any thread, also at the same time; one process owns the folder.
class PackageStore
{
public:
    // Takes a package's folder away for good reasons, e.g. to a trash; never called for anything
    // else in the folder.
    using Discard =
        std::function<Result<void>(const std::filesystem::path &folder, const std::string &why)>;

    PackageStore(std::filesystem::path folder, ReadOptions options, Discard discard);
    // Removes what an earlier process left half-added: before the first add().
    void removeHalfAdded();

    // Reads, validates and unpacks a package (a file, or a folder, which is packed first); the
    // store changes by one rename, after everything is on the disk. A digest that is there already
    // and undamaged is returned as it was stored; one that was only never proven is proven and
    // stays, a damaged one is replaced. Errors: those of inspectPackage(); the store is then
    // unchanged.
    Result<v1::Package> add(const std::filesystem::path &file, const std::string &file_name,
                            const std::string &actor, std::int64_t time_ms);
    // The fabric has it durable in its store: only its word takes the package away from now on.
    void registered(const std::string &digest) const;
    bool isUnregistered(const std::string &digest) const;
    // NOT_FOUND PACKAGE_NOT_FOUND. The caller has its store's word that it was deleted.
    Result<void> remove(const std::string &digest, const std::string &why);

    // Reads every byte: FAILED_PRECONDITION PACKAGE_DAMAGED, or PACKAGE_UNPROVEN for one that was
    // stored before digests of the content were kept. Returns the number of bytes.
    // When `stopped` says so it is called off, with whatever error.
    Result<std::uint64_t> verify(const std::string &digest,
                                 const std::function<bool()> &stopped = {}) const;
    Result<v1::Package> find(const std::string &digest) const;
    std::vector<v1::Package> list() const; // by upload time
    // .../content/<role>, holding approot and sitesroot; whether or not it exists.
    std::filesystem::path contentPath(const std::string &digest, const std::string &role) const;

private:
    std::filesystem::path folderOf(const std::string &digest) const;
    Result<void> publish(const std::filesystem::path &finished, const std::string &digest) const;
    Result<void> replace(const std::filesystem::path &finished, const std::string &digest) const;

    std::filesystem::path m_folder;
    ReadOptions m_options;
    Discard m_discard;
};

} // namespace slipway::packages
