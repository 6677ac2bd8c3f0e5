#include "tests/unit/packages/hand_made.h"

#include <archive.h>
#include <archive_entry.h>
#include <fstream>
#include <sstream>

namespace slipway::testing
{

namespace fs = std::filesystem;

// libarchive writes no devices: such an entry is written as a file, and its type changed afterwards
// in the archive's directory.
static void patchType(const fs::path &file, const MadeEntry &made)
{
    constexpr std::size_t kNameOffset = 46; // of a directory record
    constexpr std::size_t kModeOffset = 40;
    std::string bytes = readFile(file);
    const std::size_t record = bytes.rfind(made.name) - kNameOffset;
    const unsigned mode = made.type | made.perm;
    bytes[record + kModeOffset] = static_cast<char>(mode & 255);
    bytes[record + kModeOffset + 1] = static_cast<char>(mode >> 8);
    writeFile(file, bytes);
}

static bool isDevice(const MadeEntry &made)
{
    return made.type != 0100000 && made.link.empty();
}

void writeZip(const fs::path &file, const std::vector<MadeEntry> &entries)
{
    archive *zip = archive_write_new();
    archive_write_set_format_zip(zip);
    archive_write_open_filename(zip, file.string().c_str());
    for (const MadeEntry &made : entries) {
        archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, made.name.c_str());
        archive_entry_set_filetype(entry, isDevice(made) ? 0100000 : made.type);
        archive_entry_set_perm(entry, static_cast<__LA_MODE_T>(made.perm));
        if (!made.link.empty())
            archive_entry_set_symlink(entry, made.link.c_str());
        archive_entry_set_size(entry, static_cast<la_int64_t>(made.data.size()));
        archive_write_header(zip, entry);
        archive_write_data(zip, made.data.data(), made.data.size());
        archive_entry_free(entry);
    }
    archive_write_close(zip);
    archive_write_free(zip);
    for (const MadeEntry &made : entries)
        if (isDevice(made))
            patchType(file, made);
}

std::string zipBytes(const std::vector<MadeEntry> &entries)
{
    const fs::path file =
        fs::temp_directory_path() /
        fs::path("slipway-made-" + std::to_string(reinterpret_cast<std::uintptr_t>(&entries)) +
                 ".zip");
    writeZip(file, entries);
    std::string bytes = readFile(file);
    fs::remove(file);
    return bytes;
}

void writeFile(const fs::path &file, const std::string &bytes)
{
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

std::string readFile(const fs::path &file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string smallDefinition()
{
    return R"(<?xml version="1.0" encoding="utf-8"?>
<ServiceDefinition name="Small" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceDefinition">
  <WebRole name="Web" vmsize="Small">
    <Sites>
      <Site name="Main"><Bindings><Binding name="B" endpointName="Http" /></Bindings></Site>
      <Site name="Docs" physicalDirectory="Web\docs"><Bindings><Binding name="B" endpointName="Http" hostHeader="docs.example" /></Bindings></Site>
    </Sites>
    <Endpoints><InputEndpoint name="Http" protocol="http" port="80" /></Endpoints>
    <ConfigurationSettings><Setting name="Colour" /></ConfigurationSettings>
  </WebRole>
  <WorkerRole name="Work">
    <Runtime><EntryPoint><ProgramEntryPoint commandLine="node.exe .\work.js" setReadyOnProcessStart="true" /></EntryPoint></Runtime>
    <Endpoints><InternalEndpoint name="Inner" protocol="tcp" port="9000" /></Endpoints>
  </WorkerRole>
</ServiceDefinition>
)";
}

std::string smallConfiguration()
{
    return R"(<?xml version="1.0" encoding="utf-8"?>
<ServiceConfiguration serviceName="Small" osVersion="*" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration">
  <Role name="Web"><Instances count="2" /><ConfigurationSettings><Setting name="Colour" value="blue" /></ConfigurationSettings></Role>
  <Role name="Work"><Instances count="2" /></Role>
</ServiceConfiguration>
)";
}

std::vector<MadeEntry> smallZip()
{
    return {{"ServiceDefinition.csdef", smallDefinition()},
            {"ServiceConfiguration.cscfg", smallConfiguration()},
            {"Web/index.html", "<h1>hello</h1>"},
            {"Web/docs/a page \xc3\xa4%.html", "docs"},
            {"Work/work.js", "console.log(1)"},
            {"Work/tool.sh", "#!/bin/sh\nexit 0\n"}};
}

void writeSmallFolder(const fs::path &folder)
{
    for (const MadeEntry &entry : smallZip())
        writeFile(folder / fs::path(std::u8string(entry.name.begin(), entry.name.end())),
                  entry.data);
}

std::size_t countFiles(const fs::path &folder)
{
    std::size_t count = 0;
    for (const auto &entry : fs::recursive_directory_iterator(folder))
        count += entry.is_regular_file() || entry.is_directory();
    return count;
}

std::string describe(const packages::Problems &problems)
{
    std::string text;
    for (const v1::Problem &it : problems)
        text += v1::Severity_Name(it.severity()) + " " + it.rule() + " " + it.file() + ":" +
                std::to_string(it.line()) + ":" + std::to_string(it.column()) + " " + it.message() +
                "\n";
    return text;
}

const v1::Problem *findRule(const packages::Problems &problems, const std::string &rule)
{
    for (const v1::Problem &problem : problems)
        if (problem.rule() == rule)
            return &problem;
    return nullptr;
}

Result<void> deleteAtOnce(const std::filesystem::path &folder, const std::string &)
{
    std::filesystem::remove_all(folder);
    return {};
}

} // namespace slipway::testing
