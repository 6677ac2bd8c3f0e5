// The content-addressed store of uploaded packages, below one folder:
//   <64 hex>/package.pb                       the v1::Package
//   <64 hex>/content/<role>/approot/...       what instances run (read-only)
//   <64 hex>/content/<role>/sitesroot/<n>/...
//   .incoming-<random>/                       being added; renamed when whole
#pragma once

#include "backend/packages/package_reader.h"

namespace slipway::packages
{

// Methods may be called on any thread, also at the same time; one process owns the folder.
class PackageStore
{
public:
    // Removes what an earlier process left half-added.
    PackageStore(std::filesystem::path folder, ReadOptions options);

    // Reads, validates and unpacks a package (a file, or a folder, which is packed first); the
    // store changes by one rename, after everything is on the disk. A digest that is there already
    // is returned as it was stored. Errors: those of inspectPackage(); the store is then unchanged.
    Result<v1::Package> add(const std::filesystem::path &file, const std::string &file_name,
                            const std::string &actor, std::int64_t time_ms);
    // NOT_FOUND PACKAGE_NOT_FOUND. The caller knows that no deployment uses it.
    Result<void> remove(const std::string &digest);

    Result<v1::Package> find(const std::string &digest) const;
    std::vector<v1::Package> list() const; // by upload time
    // .../content/<role>, holding approot and sitesroot; whether or not it exists.
    std::filesystem::path contentPath(const std::string &digest, const std::string &role) const;

private:
    std::filesystem::path folderOf(const std::string &digest) const;

    std::filesystem::path m_folder;
    ReadOptions m_options;
};

} // namespace slipway::packages
