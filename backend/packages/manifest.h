// The .csman of a classic package: SHA-256 of every part.
#pragma once

#include "backend/proto/result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::packages
{

struct ManifestItem {
    std::string path; // as in the archive, decoded
    std::string hash; // 64 lower-case hex digits
};

using PartHashes = std::map<std::string, std::string>; // path -> lower-case hex digits

// Compares what a manifest says with what is there. Errors: MANIFEST_MISMATCH.
Result<void> verifyManifest(std::string_view bytes, const std::string &name,
                            const PartHashes &parts);
std::string manifestText(const std::vector<ManifestItem> &items);
std::string xmlEscaped(std::string_view text);

} // namespace slipway::packages
