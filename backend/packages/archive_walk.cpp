#include "backend/packages/archive_walk.h"

#include "backend/packages/entry_path.h"
#include "backend/packages/utf8_locale.h"

#include <archive.h>
#include <archive_entry.h>
#include <memory>
#include <unordered_set>

namespace slipway::packages
{

static Failure refuse(std::string_view reason, const std::string &message,
                      const std::string &subject = {})
{
    return failure(v1::Error::INVALID_ARGUMENT, reason, message, subject);
}

Result<void> ArchiveBudget::addEntry()
{
    if (++m_entries <= m_limits.entries)
        return {};
    return refuse("ARCHIVE_TOO_MANY_ENTRIES", "The package holds more than " +
                                                  std::to_string(m_limits.entries) +
                                                  " files, which is the limit.");
}

Result<void> ArchiveBudget::addBytes(std::uint64_t count)
{
    m_unpacked_bytes += count;
    if (m_unpacked_bytes > m_limits.unpacked_bytes)
        return refuse("ARCHIVE_TOO_LARGE", "Unpacked, the package has more than " +
                                               std::to_string(m_limits.unpacked_bytes) +
                                               " bytes, which is the limit.");
    if (m_unpacked_bytes > m_limits.ratio_floor_bytes &&
        m_unpacked_bytes / m_limits.ratio > m_packed_bytes)
        return refuse("ARCHIVE_BOMB", "The package unpacks to more than " +
                                          std::to_string(m_limits.ratio) +
                                          " times its size; it looks like a zip bomb.");
    return {};
}

namespace
{

struct ArchiveCloser {
    void operator()(archive *it) const { archive_read_free(it); }
};

class Walk
{
public:
    Walk(const std::filesystem::path &file, NameForm form)
        : m_file(file), m_form(form), m_archive(archive_read_new())
    {
    }
    Result<void> open();
    // No value: the end of the archive. Folders come with an empty path.
    Result<bool> next(ArchiveEntry &entry);
    Result<void> readData(ArchiveBudget &budget, EntryVisitor &visitor);

private:
    Result<void> checkKind(archive_entry *entry, const std::string &path) const;
    Result<void> claim(const std::string &path, bool folder);
    Failure archiveError() const;

    static constexpr std::size_t kBlockSize = 1u << 18;
    std::filesystem::path m_file;
    NameForm m_form;
    Utf8Locale m_locale; // libarchive converts names to the thread's locale
    std::unique_ptr<archive, ArchiveCloser> m_archive;
    std::unordered_set<std::string> m_files;
    std::unordered_set<std::string> m_folders;
};

Failure Walk::archiveError() const
{
    const char *text = archive_error_string(m_archive.get());
    const std::string words = text ? text : "unknown error";
    const bool cut = words.find("runcated") != std::string::npos;
    const bool locked =
        words.find("ncrypt") != std::string::npos || words.find("assphrase") != std::string::npos;
    const std::string name = m_file.filename().string();
    return refuse(locked ? "ARCHIVE_ENCRYPTED"
                  : cut  ? "ARCHIVE_TRUNCATED"
                         : "ARCHIVE_DAMAGED",
                  name + " cannot be read: " + words + ". Make it or upload it again.", name);
}

Result<void> Walk::open()
{
    archive_read_support_format_zip_seekable(m_archive.get());
    if (archive_read_open_filename(m_archive.get(), m_file.string().c_str(), kBlockSize) !=
        ARCHIVE_OK)
        return archiveError();
    return {};
}

Result<void> Walk::checkKind(archive_entry *entry, const std::string &path) const
{
    const auto type = archive_entry_filetype(entry);
    if ((type != AE_IFREG && type != AE_IFDIR) || archive_entry_hardlink(entry) ||
        archive_entry_symlink(entry))
        return refuse("ENTRY_NOT_A_FILE",
                      "The package holds \"" + path +
                          "\", which is a link or a device; only files and folders are accepted.",
                      path);
    if (archive_entry_is_encrypted(entry))
        return refuse("ARCHIVE_ENCRYPTED", "\"" + path + "\" is encrypted; packages must not be.",
                      path);
    return {};
}

Result<void> Walk::claim(const std::string &path, bool folder)
{
    if (!folder && (m_folders.count(path) || !m_files.insert(path).second))
        return refuse("ENTRY_DUPLICATE", "The package holds \"" + path + "\" twice.", path);
    if (folder)
        m_folders.insert(path);
    for (auto slash = path.rfind('/'); slash != std::string::npos && slash;
         slash = path.rfind('/', slash - 1))
        if (!m_folders.insert(path.substr(0, slash)).second)
            break;
    for (std::string folder_path = path;;) {
        const bool itself = folder_path.size() == path.size();
        if ((!itself || folder) && m_files.count(folder_path))
            return refuse("ENTRY_DUPLICATE",
                          "The package holds \"" + folder_path + "\" as a file and as a folder.",
                          folder_path);
        const auto slash = folder_path.rfind('/');
        if (slash == std::string::npos)
            return {};
        folder_path.resize(slash);
    }
}

Result<bool> Walk::next(ArchiveEntry &entry)
{
    archive_entry *header = nullptr;
    const int status = archive_read_next_header(m_archive.get(), &header);
    if (status == ARCHIVE_EOF)
        return false;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
        return archiveError();
    const char *raw = archive_entry_pathname(header);
    const std::string name = m_form == NameForm::PercentEncoded ? decodePercent(raw ? raw : "")
                                                                : std::string(raw ? raw : "");
    auto path = safePath(name);
    if (!path)
        return Failure(path.error());
    const bool folder = archive_entry_filetype(header) == AE_IFDIR;
    if (auto fine = checkKind(header, *path); !fine)
        return Failure(fine.error());
    if (path->empty() && !folder)
        return refuse("ENTRY_UNSAFE_PATH", "The package holds a file without a name.");
    if (auto fine = claim(*path, folder); !fine)
        return Failure(fine.error());
    entry.path = folder ? std::string() : *path;
    entry.executable = (archive_entry_perm(header) & 0100) != 0;
    return true;
}

Result<void> Walk::readData(ArchiveBudget &budget, EntryVisitor &visitor)
{
    const void *block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    int status = ARCHIVE_OK;
    while ((status = archive_read_data_block(m_archive.get(), &block, &size, &offset)) ==
           ARCHIVE_OK) {
        if (auto fine = budget.addBytes(size); !fine)
            return fine;
        if (auto fine = visitor.data({static_cast<const char *>(block), size}); !fine)
            return fine;
    }
    if (status != ARCHIVE_EOF)
        return archiveError();
    return {};
}

Result<void> visitNext(Walk &walk, const ArchiveEntry &entry, ArchiveBudget &budget,
                       EntryVisitor &visitor)
{
    if (entry.path.empty())
        return {};
    return visitor.begin(entry)
        .and_then([&] { return walk.readData(budget, visitor); })
        .and_then([&] { return visitor.end(); });
}

} // namespace

Result<void> walkArchive(const std::filesystem::path &file, NameForm form, ArchiveBudget &budget,
                         EntryVisitor &visitor)
{
    Walk walk(file, form);
    if (auto fine = checkZipEnd(file, budget.limits()).and_then([&] { return walk.open(); }); !fine)
        return fine;
    ArchiveEntry entry;
    for (;;) {
        const auto more = walk.next(entry);
        if (!more)
            return Failure(more.error());
        if (!*more)
            return {};
        auto fine =
            budget.addEntry().and_then([&] { return visitNext(walk, entry, budget, visitor); });
        if (!fine)
            return fine;
    }
}

Result<std::vector<std::string>> listArchive(const std::filesystem::path &file,
                                             const ArchiveLimits &limits)
{
    Walk walk(file, NameForm::Plain);
    if (auto fine = checkZipEnd(file, limits).and_then([&] { return walk.open(); }); !fine)
        return Failure(fine.error());
    std::vector<std::string> paths;
    ArchiveBudget budget(limits, 0);
    ArchiveEntry entry;
    for (;;) {
        const auto more = walk.next(entry);
        if (!more)
            return Failure(more.error());
        if (!*more)
            return paths;
        if (auto fine = budget.addEntry(); !fine)
            return Failure(fine.error());
        if (!entry.path.empty())
            paths.push_back(entry.path);
    }
}

} // namespace slipway::packages
