#include "backend/packages/package_writer.h"

#include "backend/packages/attribute_reader.h"
#include "backend/packages/definition_reader.h"
#include "backend/packages/entry_path.h"
#include "backend/packages/layout.h"
#include "backend/packages/manifest.h"
#include "backend/packages/package_source.h"
#include "backend/packages/sha256.h"
#include "backend/packages/validation.h"
#include "backend/packages/work_folder.h"
#include "backend/packages/zip_writer.h"

#include <algorithm>

namespace slipway::packages
{

namespace fs = std::filesystem;

namespace
{

struct PackedFile {
    std::string path; // in the role's part
    fs::path source;
    bool executable = false;
};

// One archive of the package, before it is written.
struct Part {
    std::string name; // with a GUID of its own
    std::vector<PackedFile> files;
    std::vector<std::pair<std::string, std::string>> texts;
};

constexpr std::string_view kXmlHead = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

// A GUID that depends on what it names only.
std::string guidOf(std::string_view seed)
{
    std::string hex = sha256Hex(seed).substr(0, 32);
    for (const std::size_t at : {20u, 16u, 12u, 8u})
        hex.insert(at, "-");
    return hex;
}

std::string extensionOf(const std::string &path)
{
    const std::string name = path.substr(path.rfind('/') + 1);
    const auto dot = name.rfind('.');
    return dot == std::string::npos ? std::string() : lowerCase(name.substr(dot + 1));
}

std::string contentType(const std::string &extension)
{
    static const std::map<std::string, std::string> kTypes = {
        {"cssx", "binary/software"},
        {"csdx", "user/user"},
        {"csmx", "user/user"},
        {"csman", "text/ucmanifest"},
        {"rd", "text/servicemodel"},
        {"csdef", "text/servicedescription"},
        {"rels", "application/vnd.openxmlformats-package.relationships+xml"}};
    const auto found = kTypes.find(extension);
    return found == kTypes.end() ? "application/octet-stream" : found->second;
}

std::string contentTypes(const std::vector<std::string> &paths)
{
    std::set<std::string> extensions{"rels"};
    std::string overrides;
    for (const std::string &path : paths) {
        const std::string extension = extensionOf(path);
        if (!extension.empty())
            extensions.insert(extension);
        else
            overrides += "  <Override PartName=\"/" + xmlEscaped(encodePercent(path)) +
                         "\" ContentType=\"application/octet-stream\" />\n";
    }
    std::string text(kXmlHead);
    text += "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n";
    for (const std::string &extension : extensions)
        text += "  <Default Extension=\"" + xmlEscaped(extension) + "\" ContentType=\"" +
                contentType(extension) + "\" />\n";
    return text + overrides + "</Types>\n";
}

std::string relationships(const std::vector<std::pair<std::string, std::string>> &targets)
{
    std::string text(kXmlHead);
    text += "<Relationships "
            "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\n";
    for (const auto &[id, target] : targets)
        text += "  <Relationship Id=\"" + id +
                "\" Type=\"http://schemas.microsoft.com/ServiceHosting/2009/10/UAR/" + id +
                "\" Target=\"/" + xmlEscaped(encodePercent(target)) + "\" />\n";
    return text + "</Relationships>\n";
}

Result<void> writeArchive(const Part &part, const fs::path &file,
                          ZipWriter::Compression compression,
                          std::vector<std::pair<std::string, std::string>> targets)
{
    std::vector<ManifestItem> items;
    for (const PackedFile &it : part.files) {
        auto hash = sha256OfFile(it.source);
        if (!hash)
            return Failure(hash.error());
        items.push_back({it.path, *hash});
    }
    for (const auto &[path, text] : part.texts)
        items.push_back({path, sha256Hex(text)});
    std::vector<std::string> paths;
    for (const ManifestItem &item : items)
        paths.push_back(item.path);
    const std::string manifest = manifestText(items);
    const std::string manifest_name = guidOf(part.name + manifest) + ".csman";
    paths.push_back(manifest_name);
    targets.emplace_back("MANIFEST", manifest_name);

    ZipWriter zip;
    auto fine =
        zip.open(file, compression)
            .and_then([&] { return zip.addText("[Content_Types].xml", contentTypes(paths)); })
            .and_then([&] { return zip.addText("_rels/.rels", relationships(targets)); })
            .and_then([&] { return zip.addText(manifest_name, manifest); });
    for (auto it = part.texts.begin(); fine && it != part.texts.end(); ++it)
        fine = zip.addText(it->first, it->second);
    for (auto it = part.files.begin(); fine && it != part.files.end(); ++it)
        fine = zip.addFile(it->path, it->source, it->executable);
    return fine ? zip.close() : fine;
}

class Packing
{
public:
    Packing(fs::path folder, const fs::path &work) : m_folder(std::move(folder)), m_work(work) {}
    Result<void> pack(const fs::path &output);

private:
    Result<void> readDefinitionFile();
    Result<void> collect(const RoleLayout &layout, Part &part) const;
    Result<void> collectFolder(const LayoutMapping &mapping,
                               std::map<std::string, PackedFile> &files) const;
    Result<void> addRole(const RoleLayout &layout);
    Result<void> addPart(Part part, const std::string &extension);
    Failure badEntry(const fs::path &path) const;
    std::string roleModel(const RoleLayout &layout) const;
    std::string serviceModel() const;

    fs::path m_folder;
    fs::path m_work;
    std::string m_definition_text;
    v1::ServiceDefinition m_definition;
    Part m_outer;
    std::vector<std::pair<std::string, std::string>> m_targets;
};

Result<fs::path> findDefinition(const fs::path &folder)
{
    std::vector<fs::path> found;
    for (const auto &entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && lowerCase(entry.path().extension().string()) == ".csdef")
            found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    for (const fs::path &path : found)
        if (lowerCase(path.filename().string()) == "servicedefinition.csdef")
            return path;
    if (found.size() == 1)
        return found.front();
    return failure(v1::Error::INVALID_ARGUMENT, "PACKAGE_INCOMPLETE",
                   folder.string() + " has no ServiceDefinition.csdef; put one there, with one "
                                     "folder per role beside it.",
                   folder.string());
}

Result<void> Packing::readDefinitionFile()
{
    const auto file = findDefinition(m_folder);
    if (!file)
        return Failure(file.error());
    auto text = readSmallFile(*file, kTextFileMax + 1);
    if (!text)
        return Failure(text.error());
    m_definition_text = std::move(*text);
    const std::string name = file->filename().string();
    ParsedDefinition parsed = readDefinition(m_definition_text, name);
    Problems problems = parsed.problems;
    if (parsed.is_definition)
        for (const v1::Problem &it : validateDefinition(parsed.definition, parsed.source, {}, {}))
            problems.push_back(it);
    if (hasErrors(problems))
        return Failure(problemsError("DEFINITION_INVALID", name, problems));
    m_definition = std::move(parsed.definition);
    return {};
}

Failure Packing::badEntry(const fs::path &path) const
{
    return failure(v1::Error::INVALID_ARGUMENT, "ENTRY_NOT_A_FILE",
                   path.string() + " is a link, a socket or a device; only files and folders can "
                                   "be packed.",
                   path.string());
}

Result<void> Packing::collectFolder(const LayoutMapping &mapping,
                                    std::map<std::string, PackedFile> &files) const
{
    const fs::path root = m_folder / mapping.source;
    std::error_code error;
    if (fs::is_symlink(root, error))
        return badEntry(root);
    if (!fs::is_directory(root, error))
        return failure(v1::Error::INVALID_ARGUMENT, "PACKAGE_INCOMPLETE",
                       "There is no folder " + root.string() +
                           "; each role needs one of its own name beside the definition.",
                       mapping.source);
    auto walk = fs::recursive_directory_iterator(root, error);
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
        const auto status = walk->symlink_status(error);
        if (fs::is_directory(status))
            continue;
        if (!fs::is_regular_file(status))
            return badEntry(walk->path());
        const auto name = safePath(walk->path().lexically_relative(root).generic_string());
        if (!name)
            return Failure(name.error());
        const std::string path = mapping.target + "/" + *name;
        const bool executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
        files[path] = {path, walk->path(), executable};
    }
    if (error)
        return fileFailure(root, "read the folder");
    return {};
}

Result<void> Packing::collect(const RoleLayout &layout, Part &part) const
{
    std::map<std::string, PackedFile> files; // ordered, and a virtual path replaces what it covers
    for (const LayoutMapping &mapping : layout.mappings)
        if (auto fine = collectFolder(mapping, files); !fine)
            return fine;
    for (auto &[path, file] : files)
        part.files.push_back(std::move(file));
    return {};
}

std::string Packing::roleModel(const RoleLayout &layout) const
{
    std::string text(kXmlHead);
    text += "<RoleModel xmlns=\"http://schemas.microsoft.com/ServiceHosting/2008/10/"
            "ServiceDefinition\" name=\"" +
            xmlEscaped(layout.role) + "\" version=\"1.8\">\n  <Sites>\n";
    for (const LayoutMapping &mapping : layout.mappings) {
        std::string directory = mapping.target;
        std::replace(directory.begin(), directory.end(), '/', '\\');
        if (mapping.target.starts_with("sitesroot/"))
            text += "    <Site physicalDirectory=\"" + xmlEscaped(directory) + "\" />\n";
    }
    return text + "  </Sites>\n</RoleModel>\n";
}

std::string Packing::serviceModel() const
{
    std::string text(kXmlHead);
    text += "<serviceModel xmlns=\"http://schemas.microsoft.com/dsltools/RDSM\" name=\"" +
            xmlEscaped(m_definition.name()) + "\">\n  <groups>\n    <group name=\"" +
            xmlEscaped(m_definition.name()) +
            "Group\">\n      <componentports />\n      <settings>\n";
    for (const v1::RoleDefinition &role : m_definition.roles())
        for (const std::string &setting : role.setting_names())
            text += "        <aCS name=\"" + xmlEscaped(role.name() + ":" + setting) + "\" />\n";
    return text + "      </settings>\n    </group>\n  </groups>\n</serviceModel>\n";
}

Result<void> Packing::addPart(Part part, const std::string &extension)
{
    const fs::path file = m_work / ("part" + std::to_string(m_outer.files.size()) + extension);
    if (auto fine = writeArchive(part, file, ZipWriter::Compression::Deflate, {}); !fine)
        return fine;
    const auto hash = sha256OfFile(file);
    if (!hash)
        return Failure(hash.error());
    m_outer.files.push_back({part.name + "_" + guidOf(part.name + *hash) + extension, file, false});
    return {};
}

Result<void> Packing::addRole(const RoleLayout &layout)
{
    Part part{layout.role, {}, {{"RoleModel.xml", roleModel(layout)}}};
    return collect(layout, part).and_then([&] { return addPart(std::move(part), ".cssx"); });
}

Result<void> Packing::pack(const fs::path &output)
{
    if (auto fine = readDefinitionFile(); !fine)
        return fine;
    const auto layouts = folderLayout(m_definition);
    if (!layouts)
        return Failure(layouts.error());
    for (const RoleLayout &layout : *layouts)
        if (auto fine = addRole(layout); !fine)
            return fine;
    auto fine =
        addPart({"SMPackage", {}, {{"ServiceDefinition.rd", serviceModel()}}}, ".csmx")
            .and_then([&] {
                return addPart({"SDPackage", {}, {{"ServiceDefinition.csdef", m_definition_text}}},
                               ".csdx");
            });
    if (!fine)
        return fine;
    const auto count = m_outer.files.size();
    m_outer.name = m_definition.name();
    const fs::path file = m_work / "package.cspkg";
    return writeArchive(m_outer, file, ZipWriter::Compression::Store,
                        {{"SERVICEMODEL", m_outer.files[count - 2].path},
                         {"SERVICEDESCRIPTION", m_outer.files[count - 1].path}})
        .and_then([&] { return renamePath(file, output); });
}

} // namespace

Result<void> packFolder(const fs::path &folder, const fs::path &output)
{
    std::error_code error;
    if (!fs::is_directory(folder, error))
        return failure(v1::Error::NOT_FOUND, "FILE_NOT_FOUND",
                       "There is no folder " + folder.string() + ".", folder.string());
    // Beside the output, so that the last step is a rename.
    const fs::path parent = fs::absolute(output).parent_path();
    const auto work = WorkFolder::make(parent, ".packing-");
    if (!work)
        return Failure(work.error());
    return Packing(folder, work->path()).pack(output);
}

} // namespace slipway::packages
