// How a package is read, whatever it is: definition and configuration are kept, the contents go to
// a ContentWriter.
#pragma once

#include "backend/packages/package_reader.h"

#include <optional>

namespace slipway::packages
{

struct TextFile {
    std::string name;
    std::string bytes;
};

struct ReadJob {
    std::filesystem::path file;
    std::filesystem::path work;    // an existing folder for temporary files
    std::filesystem::path content; // where <role>/approot ... are to be made; empty: only look
    ReadOptions options;
};

// Everything but digest, file_name, upload time and actor is filled in. Errors: inspectPackage().
Result<v1::Package> readPackageFile(const ReadJob &job);

Result<v1::Package> readClassicPackage(const ReadJob &job); // classic_package.cpp
Result<v1::Package> readZipPackage(const ReadJob &job);     // zip_package.cpp

// Judges definition and configuration together; all problems at once.
Result<v1::Package> judgePackage(const TextFile &definition,
                                 const std::optional<TextFile> &configuration,
                                 const std::vector<v1::VmSize> &sizes,
                                 const struct ContentFacts &facts);

// Which of several .cscfg files is the package's own: *.Local.cscfg, then
// ServiceConfiguration.cscfg, then the first by name. Empty when there is none.
std::string chooseConfiguration(const std::vector<std::string> &names);

static constexpr std::uint64_t kTextFileMax = 1u << 20;

// Keeps one byte more than the limit, so that the reader of the text says that it is too long.
void appendLimited(std::string &text, std::string_view bytes);

} // namespace slipway::packages
