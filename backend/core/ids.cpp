#include "backend/core/ids.h"

#include <cstdint>

namespace slipway::core
{
namespace
{

constexpr std::uint64_t kFnvBasis = 0xcbf29ce484222325ULL;

std::uint64_t fnv1a(std::string_view text, std::uint64_t hash)
{
    for (const char character : text) {
        hash ^= static_cast<unsigned char>(character);
        hash *= 0x100000001b3ULL;
    }
    return hash;
}

std::uint64_t splitMix(std::uint64_t value)
{
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

void appendHex(std::string &text, std::uint64_t value)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4)
        text.push_back(kDigits[(value >> shift) & 0xf]);
}

} // namespace

std::uint64_t stableHash(std::string_view text)
{
    return fnv1a(text, kFnvBasis);
}

std::string deriveId(std::string_view seed, std::string_view salt)
{
    const std::uint64_t first = fnv1a(salt, fnv1a(seed, kFnvBasis));
    const std::uint64_t second = fnv1a(seed, fnv1a(salt, 0x84222325cbf29ce4ULL));
    std::string id;
    id.reserve(32);
    appendHex(id, splitMix(first));
    appendHex(id, splitMix(second ^ (first << 1)));
    return id;
}

} // namespace slipway::core
