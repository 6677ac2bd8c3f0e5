// Packages made by hand, good ones and bad ones.
#pragma once

#include "backend/packages/package_reader.h"

#include <filesystem>
#include <string>
#include <vector>

namespace slipway::testing
{

struct MadeEntry {
    std::string name;
    std::string data;
    unsigned type = 0100000; // S_IFREG
    std::string link = {};
    unsigned perm = 0644;
};

// A zip with exactly these entries, however wrong they are.
void writeZip(const std::filesystem::path &file, const std::vector<MadeEntry> &entries);
std::string zipBytes(const std::vector<MadeEntry> &entries);
void writeFile(const std::filesystem::path &file, const std::string &bytes);
std::string readFile(const std::filesystem::path &file);
// A definition with one web role "Web" and one worker role "Work".
std::string smallDefinition();
std::string smallConfiguration();
// <folder>/ServiceDefinition.csdef with its two roles.
void writeSmallFolder(const std::filesystem::path &folder);
// The entries of a small zip package.
std::vector<MadeEntry> smallZip();
// For a package store whose packages need no trash.
Result<void> deleteAtOnce(const std::filesystem::path &folder, const std::string &why);
// How many files lie below a folder.
std::size_t countFiles(const std::filesystem::path &folder);
std::string describe(const packages::Problems &problems);
const v1::Problem *findRule(const packages::Problems &problems, const std::string &rule);

} // namespace slipway::testing
