// Our own layout: ServiceDefinition.csdef and one folder per role, zipped.
#include "backend/packages/attribute_reader.h"
#include "backend/packages/content_writer.h"
#include "backend/packages/definition_reader.h"
#include "backend/packages/layout.h"
#include "backend/packages/package_source.h"

#include <algorithm>

namespace slipway::packages
{

namespace fs = std::filesystem;

namespace
{

// Keeps definitions and configurations at the root, unpacks the rest under `prefix`-less names.
class ZipVisitor : public EntryVisitor
{
public:
    ZipVisitor(std::string prefix, ContentWriter &content)
        : m_prefix(std::move(prefix)), m_content(content)
    {
    }
    std::map<std::string, std::string> texts; // *.csdef and *.cscfg at the root

    Result<void> begin(const ArchiveEntry &entry) override
    {
        m_text = nullptr;
        m_wanted = entry.path.starts_with(m_prefix);
        if (!m_wanted)
            return {};
        const std::string path = entry.path.substr(m_prefix.size());
        const auto slash = path.find('/');
        const std::string lower = lowerCase(path);
        if (slash == std::string::npos && (lower.ends_with(".csdef") || lower.ends_with(".cscfg")))
            m_text = &texts[path];
        const std::string fact = slash == std::string::npos
                                     ? path
                                     : path.substr(0, slash) + "/approot" + path.substr(slash);
        return m_text ? Result<void>{} : m_content.begin(path, fact, entry.executable);
    }
    Result<void> data(std::string_view bytes) override
    {
        if (!m_wanted)
            return {};
        if (!m_text)
            return m_content.data(bytes);
        appendLimited(*m_text, bytes);
        return {};
    }
    Result<void> end() override { return m_wanted && !m_text ? m_content.end() : Result<void>{}; }

private:
    std::string m_prefix;
    ContentWriter &m_content;
    std::string *m_text = nullptr;
    bool m_wanted = false;
};

class ZipReading
{
public:
    explicit ZipReading(const ReadJob &job)
        : m_job(job), m_budget(job.options.limits, fs::file_size(job.file)),
          m_unpacked(job.content.empty() ? fs::path() : job.work / "unpacked"),
          m_content(m_unpacked)
    {
    }
    Result<v1::Package> read();

private:
    Result<std::string> findPrefix() const;
    Result<v1::Package> judge(const ZipVisitor &visitor) const;
    Result<void> arrange(v1::Package &package);
    Result<void> placeRole(const RoleLayout &layout, v1::RoleDefinition &role);
    Result<void> place(const LayoutMapping &mapping, const std::string &role) const;
    bool holdsFolder(const std::string &source) const;

    const ReadJob &m_job;
    ArchiveBudget m_budget;
    fs::path m_unpacked;
    ContentWriter m_content;
    std::vector<std::string> m_paths;
    std::string m_prefix;
};

Failure incomplete(const std::string &what, const std::string &hint)
{
    return failure(v1::Error::INVALID_ARGUMENT, "PACKAGE_INCOMPLETE",
                   "The package has no " + what + ". " + hint, what);
}

// Where the .csdef lies: at the root, or in the one folder that was zipped as a whole.
Result<std::string> ZipReading::findPrefix() const
{
    std::vector<std::string> found;
    for (const std::string &path : m_paths)
        if (lowerCase(path).ends_with(".csdef") && std::count(path.begin(), path.end(), '/') <= 1)
            found.push_back(path);
    std::sort(found.begin(), found.end(), [](const std::string &left, const std::string &right) {
        const bool deep_left = left.find('/') != std::string::npos;
        const bool deep_right = right.find('/') != std::string::npos;
        return deep_left != deep_right ? !deep_left : left < right;
    });
    if (found.empty())
        return incomplete("service definition", "Put ServiceDefinition.csdef at its root, with one "
                                                "folder per role beside it.");
    const auto slash = found.front().find('/');
    return slash == std::string::npos ? std::string() : found.front().substr(0, slash + 1);
}

Result<v1::Package> ZipReading::judge(const ZipVisitor &visitor) const
{
    std::optional<TextFile> definition;
    std::vector<std::string> configurations;
    for (const auto &[name, text] : visitor.texts)
        if (lowerCase(name).ends_with(".cscfg"))
            configurations.push_back(name);
        else if (!definition || lowerCase(name) == "servicedefinition.csdef")
            definition = TextFile{name, text};
    if (!definition)
        return incomplete("service definition", "Put ServiceDefinition.csdef at its root.");
    const std::string chosen = chooseConfiguration(configurations);
    std::optional<TextFile> configuration;
    if (!chosen.empty())
        configuration = TextFile{chosen, visitor.texts.at(chosen)};
    return judgePackage(*definition, configuration, m_job.options.sizes, m_content.facts());
}

bool ZipReading::holdsFolder(const std::string &source) const
{
    const std::string folder = m_prefix + source + "/";
    return std::any_of(m_paths.begin(), m_paths.end(),
                       [&](const std::string &path) { return path.starts_with(folder); });
}

bool isClash(const std::error_code &error)
{
    return error == std::errc::is_a_directory || error == std::errc::not_a_directory ||
           error == std::errc::file_exists;
}

// Where a virtual path meets a folder of its site, its files take the place of equal ones, as when
// a folder is packed. Contents are copied, and only at the end is the unpacked tree removed with
// the work folder: a folder may serve several sites.
Result<void> ZipReading::place(const LayoutMapping &mapping, const std::string &role) const
{
    if (m_unpacked.empty())
        return {};
    const fs::path target = m_job.content / role / mapping.target;
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    if (!error)
        fs::copy(m_unpacked / mapping.source, target,
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
    if (isClash(error))
        return failure(v1::Error::INVALID_ARGUMENT, "CONTENT_CLASH",
                       "The folder " + mapping.source + " cannot be put at " + mapping.target +
                           " of the role " + role +
                           ": a file would take the place of a folder, or a folder that of a file. "
                           "Rename one of them.",
                       mapping.source);
    if (error)
        return fileFailure(target, "unpack");
    return {};
}

Result<void> ZipReading::placeRole(const RoleLayout &layout, v1::RoleDefinition &role)
{
    for (v1::Site &site : *role.mutable_sites())
        site.set_content_root("approot");
    for (const LayoutMapping &mapping : layout.mappings) {
        if (!holdsFolder(mapping.source))
            return incomplete("folder " + mapping.source,
                              "The role " + role.name() + " needs it beside the definition.");
        if (auto fine = place(mapping, role.name()); !fine)
            return fine;
        for (int index = 0; index < role.sites_size(); ++index)
            if (mapping.target == "sitesroot/" + std::to_string(index))
                role.mutable_sites(index)->set_content_root(mapping.target);
    }
    return {};
}

Result<void> ZipReading::arrange(v1::Package &package)
{
    const auto layouts = folderLayout(package.definition());
    if (!layouts)
        return Failure(layouts.error());
    for (std::size_t index = 0; index < layouts->size(); ++index)
        if (auto fine = placeRole((*layouts)[index], *package.mutable_definition()->mutable_roles(
                                                         static_cast<int>(index)));
            !fine)
            return fine;
    return {};
}

Result<v1::Package> ZipReading::read()
{
    auto paths = listArchive(m_job.file, m_job.options.limits);
    if (!paths)
        return Failure(paths.error());
    m_paths = std::move(*paths);
    auto prefix = findPrefix();
    if (!prefix)
        return Failure(prefix.error());
    m_prefix = *prefix;
    ZipVisitor visitor(m_prefix, m_content);
    if (auto fine = walkArchive(m_job.file, NameForm::Plain, m_budget, visitor); !fine)
        return Failure(fine.error());
    auto package = judge(visitor);
    if (!package)
        return package;
    package->set_format("zip");
    if (auto fine = arrange(*package); !fine)
        return Failure(fine.error());
    return package;
}

} // namespace

Result<v1::Package> readZipPackage(const ReadJob &job)
{
    return ZipReading(job).read();
}

} // namespace slipway::packages
