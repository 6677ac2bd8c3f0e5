#include "backend/engine/local/fitness.h"

#include "backend/sys/durable_file.h"

#include <algorithm>
#include <fstream>
#include <spdlog/spdlog.h>

namespace slipway::engine
{

namespace
{

constexpr std::int64_t kRetestMin_ms = 2'000;
constexpr std::int64_t kRetestMax_ms = 60'000;

std::optional<IsolationLevel> levelIn(const std::filesystem::path &file)
{
    std::string name;
    std::getline(std::ifstream(file), name);
    return isolationNamed(name);
}

} // namespace

IsolationFloor::IsolationFloor(std::filesystem::path file, std::filesystem::path kept)
    : m_file(std::move(file)), m_kept(std::move(kept)), m_level(levelIn(m_file)),
      m_before(levelIn(m_kept))
{
}

std::string IsolationFloor::name() const
{
    return m_level ? isolationName(*m_level) : std::string();
}

bool IsolationFloor::reached(const std::string &level)
{
    const auto known = isolationNamed(level);
    if (!known || (m_level && *known <= *m_level))
        return false;
    m_level = known;
    for (const std::filesystem::path &file : {m_file, m_kept})
        if (const auto written = sys::writeDurably(file, level + '\n'); !written)
            spdlog::error("The level of isolation is not kept for the next controller: {}",
                          written.error().message());
    return true;
}

std::string IsolationFloor::fallenFrom()
{
    if (!m_level || !m_before || *m_level >= *m_before)
        return {};
    return isolationName(*std::exchange(m_before, std::nullopt));
}

void IsolationFloor::forget()
{
    m_level = std::nullopt;
    std::error_code ignored;
    std::filesystem::remove(m_file, ignored);
}

std::string IsolationFloor::objection(const std::string &level, bool accept_no_isolation) const
{
    const auto known = isolationNamed(level);
    if (!known)
        return "It named the level \"" + level + "\", which nobody knows here.";
    if (m_level && *known < *m_level)
        return "It reached only \"" + level + "\", and the fabric started with \"" + name() +
               "\". Hosts never come back with less; end the fabric and start it again to run at "
               "a lower level.";
    if (known == IsolationLevel::None && !accept_no_isolation)
        return "It gives no isolation, and the operator's word that this will do was taken back "
               "(slipwayctl settings set accept_no_isolation true). What runs goes on.";
    return {};
}

std::int64_t RetestBackoff::next_ms()
{
    m_delay_ms = std::clamp(m_delay_ms * 2, kRetestMin_ms, kRetestMax_ms);
    return m_delay_ms;
}

} // namespace slipway::engine
