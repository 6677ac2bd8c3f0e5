// The classic .cspkg: zips in a zip, each with a manifest of SHA-256 hashes.
#include "backend/packages/attribute_reader.h"
#include "backend/packages/content_writer.h"
#include "backend/packages/manifest.h"
#include "backend/packages/package_source.h"
#include "backend/packages/sha256.h"

namespace slipway::packages
{

namespace
{

constexpr std::uint64_t kManifestMax = 64u << 20; // all of one archive together

// Hashes every part of one archive and checks them against its manifest.
class HashingVisitor : public EntryVisitor
{
public:
    Result<void> begin(const ArchiveEntry &entry) override
    {
        m_path = entry.path;
        m_hash = Sha256();
        const bool manifest = m_path.ends_with(".csman") && m_path.find('/') == std::string::npos &&
                              m_path != "Cloud.uar.csman"; // lists the SDK's own files, signed
        m_capture = manifest ? &m_manifests[m_path] : nullptr;
        return beginPart(entry);
    }
    Result<void> data(std::string_view bytes) override
    {
        m_hash.update(bytes);
        if (m_capture && m_captured_bytes + bytes.size() > kManifestMax)
            return failure(v1::Error::INVALID_ARGUMENT, "MANIFEST_MISMATCH",
                           "The manifests up to " + m_path +
                               " are too large: at most 64 MiB in all are read.",
                           m_path);
        if (m_capture) {
            m_capture->append(bytes);
            m_captured_bytes += bytes.size();
        }
        return partData(bytes);
    }
    Result<void> end() override
    {
        m_parts[m_path] = m_hash.finish();
        return endPart();
    }
    Result<void> verify(const std::string &archive) const
    {
        for (const auto &[path, text] : m_manifests)
            if (auto fine = verifyManifest(text, archive + "/" + path, m_parts); !fine)
                return fine;
        return {};
    }
    bool hasManifest() const { return !m_manifests.empty(); }

protected:
    virtual Result<void> beginPart(const ArchiveEntry &) { return {}; }
    virtual Result<void> partData(std::string_view) { return {}; }
    virtual Result<void> endPart() { return {}; }

private:
    std::string m_path;
    Sha256 m_hash;
    std::string *m_capture = nullptr;
    std::uint64_t m_captured_bytes = 0;
    std::map<std::string, std::string> m_manifests;
    PartHashes m_parts;
};

// The outer archive: its inner archives go to temporary files.
class OuterVisitor : public HashingVisitor
{
public:
    explicit OuterVisitor(std::filesystem::path work) : m_work(std::move(work)) {}
    const std::map<std::string, std::filesystem::path> &inner() const { return m_inner; }

private:
    // The hashes inside a .csnsx are wrong in every real package, and nothing in it is needed.
    static bool isInner(const std::string &path)
    {
        return path.ends_with(".cssx") || path.ends_with(".csdx") || path.ends_with(".csmx");
    }
    Result<void> beginPart(const ArchiveEntry &entry) override
    {
        if (!isInner(entry.path))
            return {};
        const auto file = m_work / ("part-" + std::to_string(m_inner.size()));
        m_inner[entry.path] = file;
        return m_out.open(file);
    }
    Result<void> partData(std::string_view bytes) override
    {
        return m_out.isOpen() ? m_out.write(bytes) : Result<void>{};
    }
    Result<void> endPart() override { return m_out.isOpen() ? m_out.close(false) : Result<void>{}; }

    std::filesystem::path m_work;
    OutputFile m_out;
    std::map<std::string, std::filesystem::path> m_inner;
};

// A role's part: approot and sitesroot are its contents, the rest is the SDK's.
class RoleVisitor : public HashingVisitor
{
public:
    RoleVisitor(std::string role, ContentWriter &content)
        : m_role(std::move(role)), m_content(content)
    {
    }

private:
    Result<void> beginPart(const ArchiveEntry &entry) override
    {
        m_wanted = entry.path.starts_with("approot/") || entry.path.starts_with("sitesroot/");
        const std::string path = m_role + "/" + entry.path;
        return m_wanted ? m_content.begin(path, path, entry.executable) : Result<void>{};
    }
    Result<void> partData(std::string_view bytes) override
    {
        return m_wanted ? m_content.data(bytes) : Result<void>{};
    }
    Result<void> endPart() override { return m_wanted ? m_content.end() : Result<void>{}; }

    std::string m_role;
    ContentWriter &m_content;
    bool m_wanted = false;
};

class DefinitionVisitor : public HashingVisitor
{
public:
    std::optional<TextFile> definition;

private:
    Result<void> beginPart(const ArchiveEntry &entry) override
    {
        m_wanted = !definition && entry.path.ends_with(".csdef");
        if (m_wanted)
            definition = TextFile{entry.path, {}};
        return {};
    }
    Result<void> partData(std::string_view bytes) override
    {
        if (m_wanted)
            appendLimited(definition->bytes, bytes);
        return {};
    }
    bool m_wanted = false;
};

std::string roleOfPart(const std::string &path)
{
    const std::string name = path.substr(0, path.rfind('.'));
    return name.substr(0, name.rfind('_'));
}

class ClassicReading
{
public:
    explicit ClassicReading(const ReadJob &job)
        : m_job(job), m_budget(job.options.limits, std::filesystem::file_size(job.file)),
          m_outer(job.work), m_content(job.content)
    {
    }
    Result<v1::Package> read();

private:
    Result<void> readOuter();
    Result<void> readInner(const std::string &name, const std::filesystem::path &file);
    Result<void> readPart(const std::string &name, const std::filesystem::path &file,
                          HashingVisitor &visitor);
    Result<void> completeRoles(v1::Package &package);
    Failure incomplete(const std::string &what) const;

    const ReadJob &m_job;
    ArchiveBudget m_budget;
    OuterVisitor m_outer;
    ContentWriter m_content;
    std::set<std::string> m_roles;
    std::optional<TextFile> m_definition;
};

Failure ClassicReading::incomplete(const std::string &what) const
{
    const std::string name = m_job.file.filename().string();
    return failure(v1::Error::INVALID_ARGUMENT, "PACKAGE_INCOMPLETE",
                   "The package " + what + "; make it again.", name);
}

Result<void> ClassicReading::readOuter()
{
    return walkArchive(m_job.file, NameForm::PercentEncoded, m_budget, m_outer)
        .and_then([&]() -> Result<void> {
            if (!m_outer.hasManifest())
                return incomplete("has no manifest (*.csman)");
            return m_outer.verify(m_job.file.filename().string());
        });
}

Result<void> ClassicReading::readPart(const std::string &name, const std::filesystem::path &file,
                                      HashingVisitor &visitor)
{
    auto fine = walkArchive(file, NameForm::PercentEncoded, m_budget, visitor);
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    if (!fine && fine.error().reason() == "NOT_AN_ARCHIVE")
        return failure(v1::Error::INVALID_ARGUMENT, "ARCHIVE_ENCRYPTED",
                       "The part " + name +
                           " is no archive: packages made with SDK 1.4 and earlier are encrypted. "
                           "Pack the project again with a newer SDK, or as a folder.",
                       name);
    if (!fine)
        return fine;
    return visitor.verify(name);
}

Result<void> ClassicReading::readInner(const std::string &name, const std::filesystem::path &file)
{
    if (name.ends_with(".cssx")) {
        const std::string role = roleOfPart(name);
        if (role.empty() || role == ".." || role == "." || !m_roles.insert(role).second)
            return failure(v1::Error::INVALID_ARGUMENT, "ENTRY_DUPLICATE",
                           "The package holds the role \"" + role + "\" twice.", role);
        RoleVisitor visitor(role, m_content);
        return readPart(name, file, visitor);
    }
    DefinitionVisitor visitor;
    auto fine = readPart(name, file, visitor);
    if (fine && name.ends_with(".csdx"))
        m_definition = std::move(visitor.definition);
    return fine;
}

Result<void> ClassicReading::completeRoles(v1::Package &package)
{
    for (v1::RoleDefinition &role : *package.mutable_definition()->mutable_roles()) {
        if (!m_roles.count(role.name()))
            return incomplete("has no contents for the role " + role.name());
        for (int index = 0; index < role.sites_size(); ++index) {
            const std::string root = "sitesroot/" + std::to_string(index);
            const std::string prefix = lowerCase(role.name() + "/" + root + "/");
            const auto &files = m_content.facts().files;
            const auto first = files.lower_bound(prefix);
            const bool own = first != files.end() && first->starts_with(prefix);
            role.mutable_sites(index)->set_content_root(own ? root : "approot");
        }
        if (m_content.root().empty())
            continue;
        std::error_code error;
        std::filesystem::create_directories(m_content.root() / role.name() / "approot", error);
        if (error)
            return fileFailure(m_content.root() / role.name(), "make the folder");
    }
    return {};
}

Result<v1::Package> ClassicReading::read()
{
    if (auto fine = readOuter(); !fine)
        return Failure(fine.error());
    if (m_job.options.limits.depth < 2)
        return failure(v1::Error::INVALID_ARGUMENT, "ARCHIVE_TOO_DEEP",
                       "The package holds archives within archives, which is not allowed here.");
    for (const auto &[name, file] : m_outer.inner())
        if (auto fine = readInner(name, file); !fine)
            return Failure(fine.error());
    if (!m_definition)
        return incomplete("has no service definition (*.csdx)");
    auto package =
        judgePackage(*m_definition, std::nullopt, m_job.options.sizes, m_content.facts());
    if (!package)
        return package;
    package->set_format("cspkg");
    if (auto fine = completeRoles(*package); !fine)
        return Failure(fine.error());
    return package;
}

} // namespace

Result<v1::Package> readClassicPackage(const ReadJob &job)
{
    return ClassicReading(job).read();
}

} // namespace slipway::packages
