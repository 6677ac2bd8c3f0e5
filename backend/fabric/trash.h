// Where files go that the store says were deleted: out of the way at once, for good after 7 days,
// and back by one move of a folder as long as they lie there.
#pragma once

#include "backend/proto/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace slipway::fabric
{

inline constexpr std::int64_t kTrashKeep_ms = 7LL * 24 * 3600 * 1000;

// Any thread; the folder's entries are "<time>-<kind>-<random>", each holding the thing under its
// own name and "why.txt", which says where it came from.
class Trash
{
public:
    explicit Trash(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    // Nothing there: fine. Never deletes: what cannot be moved stays where it is.
    Result<void> take(const std::filesystem::path &thing, const std::string &kind,
                      const std::string &why, std::int64_t now_ms) const;
    // Removes what lies here for longer than 7 days.
    void expire(std::int64_t now_ms) const;

    struct Content {
        std::size_t things = 0;
        std::uint64_t bytes = 0;
    };
    Content content() const;

private:
    std::filesystem::path m_folder;
};

} // namespace slipway::fabric
