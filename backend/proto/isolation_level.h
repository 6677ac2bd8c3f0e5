// How well instances are locked in: the contract's words for it, in their order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway
{

// From the worst to the best, so that levels can be compared.
enum class IsolationLevel { None, Confined, WithoutLimits, WithLimits };

inline constexpr IsolationLevel kIsolationLevels[] = {
    IsolationLevel::WithLimits, IsolationLevel::WithoutLimits, IsolationLevel::Confined,
    IsolationLevel::None};

inline std::string isolationName(IsolationLevel level)
{
    switch (level) {
    case IsolationLevel::WithLimits:
        return "isolated with limits";
    case IsolationLevel::WithoutLimits:
        return "isolated without limits";
    case IsolationLevel::Confined:
        return "confined";
    case IsolationLevel::None:
        break;
    }
    return "no isolation";
}

// Nothing for other words, also for none.
inline std::optional<IsolationLevel> isolationNamed(std::string_view name)
{
    for (const IsolationLevel level : kIsolationLevels)
        if (isolationName(level) == name)
            return level;
    return std::nullopt;
}

// A sandbox of its own, with namespaces; what is below shares the machine's network and processes.
inline bool hasNamespaces(IsolationLevel level)
{
    return level >= IsolationLevel::WithoutLimits;
}

} // namespace slipway
