// Randomness from a seed that a failing test can print.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace slipway::core::test
{

class Random
{
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next()
    {
        m_state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t value = m_state;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
        value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
        return value ^ (value >> 31);
    }
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(next() % limit); }
    bool chance(std::uint32_t percent) { return below(100) < percent; }

private:
    std::uint64_t m_state;
};

// SLIPWAY_SEED overrides: then exactly this case runs.
inline const char *givenSeed()
{
    return std::getenv("SLIPWAY_SEED");
}

} // namespace slipway::core::test
