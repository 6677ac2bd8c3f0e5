#include "backend/packages/package_store.h"

#include "backend/packages/content_digest.h"
#include "backend/packages/folder_package.h"
#include "backend/packages/package_source.h"
#include "backend/packages/work_folder.h"

#include <algorithm>

namespace slipway::packages
{

namespace fs = std::filesystem;

static constexpr char kIncoming[] = ".incoming-";
static constexpr char kUnregistered[] = "unregistered";
static constexpr char kContentDigest[] = "content.sha256";
static constexpr std::uint64_t kContentDigestMax = 64;
static constexpr std::string_view kDigestPrefix = "sha256:";
static constexpr std::uint64_t kDescriptionMax = 64u << 20;

static bool isDigest(std::string_view digest)
{
    return digest.size() == kDigestPrefix.size() + 64 && digest.starts_with(kDigestPrefix) &&
           digest.find_first_not_of("0123456789abcdef", kDigestPrefix.size()) ==
               std::string_view::npos;
}

PackageStore::PackageStore(fs::path folder, ReadOptions options, Discard discard)
    : m_folder(std::move(folder)), m_options(std::move(options)), m_discard(std::move(discard))
{
}

void PackageStore::removeHalfAdded()
{
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error)) {
        std::error_code ignored;
        if (entry.path().filename().string().starts_with(kIncoming))
            fs::remove_all(entry.path(), ignored);
    }
}

// A digest that is none must not become a path.
std::string folderName(const std::string &digest)
{
    return isDigest(digest) ? digest.substr(kDigestPrefix.size()) : "no-digest";
}

fs::path PackageStore::folderOf(const std::string &digest) const
{
    return m_folder / folderName(digest);
}

fs::path PackageStore::contentPath(const std::string &digest, const std::string &role) const
{
    return folderOf(digest) / "content" / role;
}

static Failure notFound(const std::string &digest)
{
    return failure(v1::Error::NOT_FOUND, "PACKAGE_NOT_FOUND",
                   "There is no package " + digest + "; upload it first.", digest);
}

Result<v1::Package> PackageStore::find(const std::string &digest) const
{
    std::error_code error;
    const fs::path file = folderOf(digest) / "package.pb";
    if (!isDigest(digest) || !fs::is_regular_file(file, error))
        return notFound(digest);
    const auto bytes = readSmallFile(file, kDescriptionMax);
    v1::Package package;
    if (!bytes)
        return Failure(bytes.error());
    if (!package.ParseFromString(*bytes) || package.digest() != digest)
        return fileFailure(file, "understand the damaged");
    return package;
}

std::vector<v1::Package> PackageStore::list() const
{
    std::vector<v1::Package> packages;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(m_folder, error))
        if (auto package = find(std::string(kDigestPrefix) + entry.path().filename().string()))
            packages.push_back(std::move(*package));
    std::sort(packages.begin(), packages.end(),
              [](const v1::Package &left, const v1::Package &right) {
                  return std::pair(left.upload_time_ms(), left.digest()) <
                         std::pair(right.upload_time_ms(), right.digest());
              });
    return packages;
}

// Instances run as other users: whatever this process's umask is, they may read and enter.
static Result<void> openFolders(const fs::path &root)
{
    const fs::perms others = fs::perms::group_read | fs::perms::group_exec |
                             fs::perms::others_read | fs::perms::others_exec;
    std::error_code error;
    fs::permissions(root, fs::perms::owner_all | others, error);
    auto walk = fs::recursive_directory_iterator(root, error);
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error))
        if (walk->is_directory(error))
            fs::permissions(walk->path(), fs::perms::owner_all | others, error);
    if (error)
        return fileFailure(root, "open the folders of");
    return {};
}

static Result<void> writeFile(const fs::path &file, const std::string &bytes)
{
    OutputFile out;
    return out.open(file).and_then([&] { return out.write(bytes); }).and_then([&] {
        return out.close(false);
    });
}

static Result<void> writeContentDigest(const fs::path &package)
{
    const auto digest = contentDigest(package / "content");
    if (!digest)
        return Failure(digest.error());
    return writeFile(package / kContentDigest, digest->hex);
}

static Failure damaged(const std::string &digest, const fs::path &folder, const std::string &how)
{
    return failure(v1::Error::FAILED_PRECONDITION, "PACKAGE_DAMAGED",
                   "The package " + digest + " in " + folder.string() + " is damaged: " + how +
                       ". Upload the same file again; it takes the damaged one's place.",
                   digest);
}

Result<std::uint64_t> PackageStore::verify(const std::string &digest,
                                           const std::function<bool()> &stopped) const
{
    const fs::path folder = folderOf(digest);
    std::error_code error;
    if (isDigest(digest) && !fs::is_directory(folder, error))
        return notFound(digest);
    if (const auto package = find(digest); !package)
        return damaged(digest, folder, "its description cannot be read");
    const auto now = contentDigest(folder / "content", stopped);
    if (!now)
        return damaged(digest, folder, now.error().message());
    const auto then = readSmallFile(folder / kContentDigest, kContentDigestMax);
    if (!then && !fs::exists(folder / kContentDigest, error))
        return failure(v1::Error::FAILED_PRECONDITION, "PACKAGE_UNPROVEN",
                       "The package " + digest +
                           " was stored before digests of the content were kept; upload the same "
                           "file again to have it checked.",
                       digest);
    if (!then || *then != now->hex)
        return damaged(digest, folder, "its content is not what was unpacked");
    return now->bytes;
}

// What lies there is, byte for byte, what was unpacked now from the file of its digest. Instances
// that run on it keep it.
static bool proves(const fs::path &finished, const fs::path &there)
{
    const auto unpacked = readSmallFile(finished / kContentDigest, kContentDigestMax);
    const auto found = contentDigest(there / "content");
    return unpacked && found && *unpacked == found->hex;
}

// Takes the place of what is there and cannot be believed.
Result<void> PackageStore::replace(const fs::path &finished, const std::string &digest) const
{
    const fs::path target = folderOf(digest);
    if (find(digest) && proves(finished, target))
        return writeContentDigest(target);
    const auto gone = m_discard(target, "What lay in " + target.string() +
                                            " was not what was unpacked from the package " +
                                            digest + "; the same file was uploaded again.");
    if (!gone)
        return gone;
    std::error_code error;
    fs::rename(finished, target, error);
    return error ? fileFailure(target, "rename the finished package to") : Result<void>();
}

// Two uploads of the same bytes may arrive here together: the first rename wins, both are right.
Result<void> PackageStore::publish(const fs::path &finished, const std::string &digest) const
{
    const fs::path target = folderOf(digest);
    std::error_code error;
    fs::rename(finished, target, error);
    if (error && fs::is_directory(target) && !verify(digest)) {
        if (auto replaced = replace(finished, digest); !replaced)
            return replaced;
        error.clear();
    }
    if (error && !fs::is_directory(target))
        return fileFailure(target, "rename the finished package to");
    return syncTree(target.parent_path());
}

void PackageStore::registered(const std::string &digest) const
{
    std::error_code ignored;
    if (isDigest(digest))
        fs::remove(folderOf(digest) / kUnregistered, ignored);
}

bool PackageStore::isUnregistered(const std::string &digest) const
{
    std::error_code error;
    return isDigest(digest) && fs::exists(folderOf(digest) / kUnregistered, error);
}

// The same file under the name that its sender gave it, which is what its reader speaks of.
static fs::path namedAs(const std::string &name, const fs::path &file, const fs::path &work)
{
    const fs::path named = work / "named" / fs::path(name).filename();
    std::error_code error;
    if (named.has_filename() && fs::create_directory(work / "named", error))
        fs::create_hard_link(file, named, error);
    return fs::is_regular_file(named, error) ? named : file;
}

Result<v1::Package> PackageStore::add(const fs::path &file, const std::string &file_name,
                                      const std::string &actor, std::int64_t time_ms)
{
    auto work = WorkFolder::make(m_folder, kIncoming);
    if (!work)
        return Failure(work.error());
    std::error_code error;
    const bool folder = fs::is_directory(file, error);
    const auto packed = folder ? packAside(file, work->path()) : Result<fs::path>(file);
    if (!packed)
        return Failure(packed.error());
    const auto digest = fileDigest(*packed);
    if (!digest)
        return Failure(digest.error());
    if (verify(*digest))
        return find(*digest);
    const fs::path made = work->path() / "package";
    auto package = readPackageFile(
        {namedAs(file_name, *packed, work->path()), work->path(), made / "content", m_options});
    if (package && folder)
        package = finishFolderPackage(file, std::move(*package));
    if (!package)
        return package;
    package->set_digest(*digest);
    package->set_file_name(file_name);
    package->set_size_bytes(fs::file_size(*packed));
    package->set_actor(actor);
    package->set_upload_time_ms(time_ms);
    auto stored = writeFile(made / "package.pb", package->SerializeAsString())
                      .and_then([&] { return writeContentDigest(made); })
                      .and_then([&] { return writeFile(made / kUnregistered, ""); })
                      .and_then([&] { return openFolders(made); })
                      .and_then([&] { return syncTree(made); })
                      .and_then([&] { return publish(made, *digest); });
    if (!stored)
        return Failure(stored.error());
    return package;
}

Result<void> PackageStore::remove(const std::string &digest, const std::string &why)
{
    const fs::path folder = folderOf(digest);
    std::error_code error;
    if (!isDigest(digest) || !fs::is_directory(folder, error))
        return notFound(digest);
    return m_discard(folder, why);
}

} // namespace slipway::packages
