#include "backend/packages/folder_package.h"

#include "backend/packages/configuration_reader.h"
#include "backend/packages/package_source.h"
#include "backend/packages/package_writer.h"
#include "backend/packages/work_folder.h"

namespace slipway::packages
{

namespace fs = std::filesystem;

Result<fs::path> packAside(const fs::path &folder, const fs::path &work)
{
    const fs::path packed = work / "packed.cspkg";
    return packFolder(folder, packed).map([&] { return packed; });
}

Result<v1::Package> finishFolderPackage(const fs::path &folder, v1::Package package)
{
    package.set_format("folder");
    const fs::path whole = fs::absolute(folder).lexically_normal();
    package.set_file_name((whole.has_filename() ? whole : whole.parent_path()).filename().string());
    std::vector<std::string> names;
    for (const auto &entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().extension() == ".cscfg")
            names.push_back(entry.path().filename().string());
    const std::string chosen = chooseConfiguration(names);
    if (chosen.empty())
        return package;
    // One byte too many is fine here: the reader refuses what is too long in its own words.
    const auto bytes = readSmallFile(folder / chosen, kTextFileMax + 1);
    if (!bytes)
        return Failure(bytes.error());
    auto checked = checkConfiguration(package.definition(), *bytes, chosen);
    if (!checked)
        return Failure(checked.error());
    *package.mutable_configuration() = std::move(checked->configuration);
    for (v1::Problem &problem : checked->warnings)
        *package.add_problems() = std::move(problem);
    return package;
}

} // namespace slipway::packages
