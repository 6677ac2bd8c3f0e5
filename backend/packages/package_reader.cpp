#include "backend/packages/package_reader.h"

#include "backend/packages/archive_walk.h"
#include "backend/packages/attribute_reader.h"
#include "backend/packages/configuration_reader.h"
#include "backend/packages/definition_reader.h"
#include "backend/packages/folder_package.h"
#include "backend/packages/package_source.h"
#include "backend/packages/validation.h"
#include "backend/packages/work_folder.h"

#include <algorithm>
#include <iterator>

namespace slipway::packages
{

namespace fs = std::filesystem;

static void append(Problems &problems, const Problems &more)
{
    problems.insert(problems.end(), more.begin(), more.end());
}

Result<v1::Package> judgePackage(const TextFile &definition,
                                 const std::optional<TextFile> &configuration,
                                 const std::vector<v1::VmSize> &sizes, const ContentFacts &facts)
{
    ParsedDefinition parsed = readDefinition(definition.bytes, definition.name);
    Problems problems = parsed.problems;
    if (parsed.is_definition)
        append(problems, validateDefinition(parsed.definition, parsed.source, sizes, &facts));
    if (!parsed.well_formed || !parsed.is_definition)
        return Failure(problemsError("DEFINITION_INVALID", definition.name, problems));
    const bool bad_definition = hasErrors(problems);
    v1::Package package;
    if (configuration) {
        auto checked =
            checkConfiguration(parsed.definition, configuration->bytes, configuration->name);
        if (checked) {
            *package.mutable_configuration() = std::move(checked->configuration);
            append(problems, checked->warnings);
        } else {
            problems.insert(problems.end(), checked.error().problems().begin(),
                            checked.error().problems().end());
        }
    }
    if (hasErrors(problems))
        return Failure(
            problemsError(bad_definition ? "DEFINITION_INVALID" : "CONFIGURATION_INVALID",
                          bad_definition ? definition.name : configuration->name, problems));
    *package.mutable_definition() = std::move(parsed.definition);
    for (v1::Problem &problem : problems)
        *package.add_problems() = std::move(problem);
    return package;
}

void appendLimited(std::string &text, std::string_view bytes)
{
    constexpr std::size_t kMost = kTextFileMax + 1;
    text += bytes.substr(0, kMost - std::min(text.size(), kMost));
}

std::string chooseConfiguration(const std::vector<std::string> &names)
{
    std::string chosen;
    int best = 3;
    for (const std::string &name : names) {
        const std::string lower = lowerCase(name);
        const int rank = lower.ends_with(".local.cscfg")         ? 0
                         : lower == "serviceconfiguration.cscfg" ? 1
                                                                 : 2;
        if (rank < best || (rank == best && name < chosen)) {
            best = rank;
            chosen = name;
        }
    }
    return chosen;
}

static Result<void> checkFile(const fs::path &file, const ArchiveLimits &limits)
{
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return failure(v1::Error::NOT_FOUND, "FILE_NOT_FOUND",
                       "There is no file or folder " + file.string() + ".", file.string());
    const auto size = fs::file_size(file, error);
    if (!error && size > limits.packed_bytes)
        return failure(v1::Error::INVALID_ARGUMENT, "ARCHIVE_TOO_LARGE",
                       file.filename().string() + " has " + std::to_string(size) +
                           " bytes; packages may have " + std::to_string(limits.packed_bytes) + ".",
                       file.filename().string());
    return {};
}

Result<v1::Package> readPackageFile(const ReadJob &job)
{
    if (auto fine = checkFile(job.file, job.options.limits); !fine)
        return Failure(fine.error());
    const auto paths = listArchive(job.file, job.options.limits);
    if (!paths)
        return Failure(paths.error());
    const auto ends_with = [&](std::string_view end) {
        return std::any_of(paths->begin(), paths->end(), [&](const std::string &path) {
            return path.find('/') == std::string::npos && path.ends_with(end);
        });
    };
    if (ends_with(".cssx") || ends_with(".csman") || ends_with(".csdx"))
        return readClassicPackage(job);
    if (ends_with("package.xml") && ends_with("[Content_Types].xml"))
        return failure(v1::Error::INVALID_ARGUMENT, "PACKAGE_FORMAT_UNSUPPORTED",
                       "The package has the OPC layout of /useCtpPackageFormat. Make it again "
                       "without that switch, or zip ServiceDefinition.csdef with one folder per "
                       "role.",
                       job.file.filename().string());
    return readZipPackage(job);
}

static Result<v1::Package> inspectFile(const fs::path &file, const ReadOptions &options,
                                       const fs::path &work)
{
    auto package = readPackageFile({file, work, {}, options});
    if (!package)
        return package;
    auto digest = fileDigest(file);
    if (!digest)
        return Failure(digest.error());
    package->set_digest(*digest);
    package->set_file_name(file.filename().string());
    package->set_size_bytes(fs::file_size(file));
    return package;
}

Result<v1::Package> inspectPackage(const fs::path &file_or_folder, const ReadOptions &options)
{
    auto work = WorkFolder::make(fs::temp_directory_path(), "slipway-inspect-");
    if (!work)
        return Failure(work.error());
    std::error_code error;
    if (!fs::is_directory(file_or_folder, error))
        return inspectFile(file_or_folder, options, work->path());
    const auto packed = packAside(file_or_folder, work->path());
    if (!packed)
        return Failure(packed.error());
    auto package = inspectFile(*packed, options, work->path());
    if (!package)
        return package;
    return finishFolderPackage(file_or_folder, std::move(*package));
}

} // namespace slipway::packages
