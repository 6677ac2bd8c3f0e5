// Reads a package without storing it: a classic .cspkg, a .zip or a folder. Everything in it is
// untrusted.
#pragma once

#include "backend/packages/problems.h"

#include <cstdint>
#include <filesystem>

namespace slipway::packages
{

// Refusals beyond these carry a reason of their own (see package_reader's errors below).
struct ArchiveLimits {
    std::uint64_t packed_bytes = 2ull << 30;   // of the uploaded file
    std::uint64_t unpacked_bytes = 4ull << 30; // of everything in it, nested archives included
    std::uint64_t entries = 100'000;
    std::uint32_t ratio = 200; // unpacked to packed, once beyond `ratio_floor_bytes`
    std::uint64_t ratio_floor_bytes = 64u << 20;
    std::uint32_t depth = 2; // archives within archives
};

struct ReadOptions {
    std::vector<v1::VmSize> sizes; // core::vmSizes(); empty: sizes and disks are not judged
    ArchiveLimits limits;
};

// Definition, configuration (when a .cscfg lies at the root of a folder or zip, else left out),
// digest, size, format and warnings. Blocks while it reads everything; any thread.
//
// Errors are INVALID_ARGUMENT with one of the reasons NOT_AN_ARCHIVE, ARCHIVE_TRUNCATED,
// ARCHIVE_DAMAGED, ARCHIVE_TOO_LARGE, ARCHIVE_TOO_MANY_ENTRIES, ARCHIVE_BOMB, ARCHIVE_TOO_DEEP,
// ARCHIVE_ENCRYPTED, ENTRY_UNSAFE_PATH, ENTRY_NOT_A_FILE, ENTRY_DUPLICATE, MANIFEST_MISMATCH,
// PACKAGE_INCOMPLETE, PACKAGE_FORMAT_UNSUPPORTED, DEFINITION_INVALID, CONFIGURATION_INVALID (both
// with all problems); NOT_FOUND FILE_NOT_FOUND; INTERNAL FILE_ERROR.
Result<v1::Package> inspectPackage(const std::filesystem::path &file_or_folder,
                                   const ReadOptions &options);

// "sha256:" and 64 hex digits of a file's bytes, read in pieces.
Result<std::string> fileDigest(const std::filesystem::path &file);

} // namespace slipway::packages
