// Streams through a zip archive under limits, trusting nothing in it.
#pragma once

#include "backend/packages/package_reader.h"

namespace slipway::packages
{

// What all archives of one upload together may use, nested ones included.
class ArchiveBudget
{
public:
    ArchiveBudget(const ArchiveLimits &limits, std::uint64_t packed_bytes)
        : m_limits(limits), m_packed_bytes(packed_bytes)
    {
    }
    Result<void> addEntry();
    Result<void> addBytes(std::uint64_t count);
    const ArchiveLimits &limits() const { return m_limits; }

private:
    ArchiveLimits m_limits;
    std::uint64_t m_packed_bytes;
    std::uint64_t m_entries = 0;
    std::uint64_t m_unpacked_bytes = 0;
};

struct ArchiveEntry {
    std::string path; // safe, '/' between its parts
    bool executable = false;
};

// Called for each regular file in the archive's order.
class EntryVisitor
{
public:
    virtual ~EntryVisitor() = default;
    virtual Result<void> begin(const ArchiveEntry &entry) = 0;
    virtual Result<void> data(std::string_view bytes) = 0;
    virtual Result<void> end() = 0;
};

enum class NameForm { Plain, PercentEncoded };

// Errors as inspectPackage().
Result<void> walkArchive(const std::filesystem::path &file, NameForm form, ArchiveBudget &budget,
                         EntryVisitor &visitor);
// The paths of all regular files, without reading their data.
Result<std::vector<std::string>> listArchive(const std::filesystem::path &file,
                                             const ArchiveLimits &limits);

// Looks at a zip's end before libarchive reads its whole directory into memory: is it one, is it
// whole, and is its directory of a sane size?
Result<void> checkZipEnd(const std::filesystem::path &file, const ArchiveLimits &limits);

} // namespace slipway::packages
