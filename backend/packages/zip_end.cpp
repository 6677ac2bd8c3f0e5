#include "backend/packages/archive_walk.h"

#include <algorithm>
#include <fstream>
#include <optional>

namespace slipway::packages
{

namespace
{

constexpr std::size_t kEndSize = 22;        // of the end-of-directory record
constexpr std::size_t kLocatorSize = 20;    // in front of it, in a zip64
constexpr std::size_t kLargeEndSize = 56;   // of the record that the locator leads to
constexpr std::size_t kCommentMax = 0xffff; // behind it
constexpr std::uint64_t kHeaderMean = 1024; // bytes of directory per entry that are still sane

std::uint64_t number(std::string_view bytes, std::size_t at, int size)
{
    std::uint64_t value = 0;
    for (int index = size - 1; index >= 0; --index)
        value =
            value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(index)]);
    return value;
}

std::string readTail(std::ifstream &in, std::uint64_t size)
{
    const std::uint64_t length =
        std::min<std::uint64_t>(size, kLocatorSize + kEndSize + kCommentMax);
    std::string tail(length, '\0');
    in.seekg(static_cast<std::streamoff>(size - length));
    in.read(tail.data(), static_cast<std::streamsize>(length));
    return tail;
}

Failure notWhole(const std::filesystem::path &file, bool begins_as_zip)
{
    const std::string name = file.filename().string();
    if (begins_as_zip)
        return failure(v1::Error::INVALID_ARGUMENT, "ARCHIVE_TRUNCATED",
                       name + " is cut off: the archive's directory at its end is missing. Upload "
                              "it again.",
                       name);
    return failure(v1::Error::INVALID_ARGUMENT, "NOT_AN_ARCHIVE",
                   name + " is not a package: neither a .cspkg nor a .zip.", name);
}

// What an end record says of the directory.
struct Directory {
    std::uint64_t entries = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0; // where the record begins; nothing lies between
};

bool hasLocator(const std::string &tail, std::size_t end)
{
    return end >= kLocatorSize &&
           tail.compare(end - kLocatorSize, 4, std::string_view("PK\x06\x07", 4)) == 0;
}

// A reader prefers the larger record wherever there is one, so that one is judged.
std::optional<Directory> largeDirectory(std::ifstream &in, const std::string &tail, std::size_t end,
                                        std::uint64_t end_at)
{
    const std::uint64_t record_at = number(tail, end - kLocatorSize + 8, 8);
    if (record_at > end_at || end_at - record_at < kLargeEndSize)
        return std::nullopt;
    std::string record(kLargeEndSize, '\0');
    in.clear();
    in.seekg(static_cast<std::streamoff>(record_at));
    in.read(record.data(), static_cast<std::streamsize>(record.size()));
    if (!in || !record.starts_with(std::string_view("PK\x06\x06", 4)))
        return std::nullopt;
    return Directory{number(record, 32, 8), number(record, 48, 8), record_at};
}

} // namespace

Result<void> checkZipEnd(const std::filesystem::path &file, const ArchiveLimits &limits)
{
    std::ifstream in(file, std::ios::binary);
    char magic[4] = {};
    in.read(magic, sizeof magic);
    const bool begins_as_zip = std::string_view(magic, 4) == std::string_view("PK\x03\x04", 4);
    in.clear();
    in.seekg(0, std::ios::end);
    const auto size = static_cast<std::uint64_t>(std::max<std::streamoff>(in.tellg(), 0));
    const std::string tail = readTail(in, size);
    const auto end = tail.rfind(std::string_view("PK\x05\x06", 4));
    if (end == std::string::npos || end + kEndSize > tail.size())
        return notWhole(file, begins_as_zip);
    const std::uint64_t end_at = size - tail.size() + end;
    const std::optional<Directory> directory =
        hasLocator(tail, end)
            ? largeDirectory(in, tail, end, end_at)
            : Directory{number(tail, end + 10, 2), number(tail, end + 16, 4), end_at};
    if (!directory || directory->begin > directory->end)
        return notWhole(file, true);
    if (directory->entries > limits.entries ||
        directory->end - directory->begin > limits.entries * kHeaderMean)
        return failure(v1::Error::INVALID_ARGUMENT, "ARCHIVE_TOO_MANY_ENTRIES",
                       "The package holds more than " + std::to_string(limits.entries) +
                           " files, which is the limit.",
                       file.filename().string());
    return {};
}

} // namespace slipway::packages
