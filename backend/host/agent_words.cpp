#include "backend/host/agent_words.h"

#include "backend/sys/text.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace slipway::host
{

using v1::RoleInstance;

namespace
{

constexpr std::size_t kLineBytesMax = 16 * 1024 + 64; // what an agent makes of one line
constexpr std::size_t kCodeBytesMax = 64;
constexpr std::uint32_t kRestartsMax = 1'000'000;
constexpr std::uint32_t kCpuMax_permille = 2'000; // twice what there is: two clocks are read
constexpr std::uint64_t kMemoryMax_bytes = 1ULL << 42;
constexpr std::uint32_t kIntervalMax_ms = 60'000;
constexpr std::int64_t kFutureMax_ms = 3'600'000;
constexpr std::int64_t kPastMax_ms = 3'600'000;

constexpr std::array kStates = {RoleInstance::CreatingRole,       RoleInstance::StartingRole,
                                RoleInstance::BusyRole,           RoleInstance::ReadyRole,
                                RoleInstance::StoppingRole,       RoleInstance::StoppedVM,
                                RoleInstance::RestartingRole,     RoleInstance::CyclingRole,
                                RoleInstance::FailedStartingRole, RoleInstance::UnresponsiveRole};

constexpr std::array<std::string_view, 9> kHappenings = {
    "EndpointNotBound",  "FailedStartingRole", "ProgramEnded", "ProgramSlow",   "RoleWarning",
    "StartupTaskFailed", "StartupTaskSkipped", "DiskFull",     "ProgramStopped"};

std::string tamed(const std::string &text)
{
    return sys::visible(text, kTextBytesMax);
}

std::string code(const std::string &said)
{
    const bool is_word =
        said.size() <= kCodeBytesMax && std::all_of(said.begin(), said.end(), [](char letter) {
            return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
        });
    return is_word ? said : "AgentError";
}

// Near now, or now itself.
std::int64_t time(std::int64_t said_ms, std::int64_t now_ms)
{
    return said_ms > now_ms - kPastMax_ms && said_ms <= now_ms ? said_ms : now_ms;
}

} // namespace

std::optional<v1::InstanceStatus> believedStatus(const v1::InstanceStatus &said,
                                                 std::int64_t now_ms)
{
    if (std::find(kStates.begin(), kStates.end(), said.state()) == kStates.end())
        return std::nullopt;
    v1::InstanceStatus status;
    status.set_state(said.state());
    status.set_reason(tamed(said.reason()));
    status.set_error_code(code(said.error_code()));
    status.set_state_time_ms(time(said.state_time_ms(), now_ms));
    status.set_program_pid(std::max(said.program_pid(), 0));
    status.set_restarts(std::min(said.restarts(), kRestartsMax));
    status.set_exit_code(std::clamp(said.exit_code(), -255, 255));
    if (said.next_start_time_ms() > 0)
        status.set_next_start_time_ms(
            std::clamp(said.next_start_time_ms(), now_ms - kPastMax_ms, now_ms + kFutureMax_ms));
    if (said.program_start_time_ms() > 0)
        status.set_program_start_time_ms(std::min(said.program_start_time_ms(), now_ms));
    for (int i = 0; i < std::min(said.warnings_size(), kWarningsMax); ++i)
        status.add_warnings(tamed(said.warnings(i)));
    return status;
}

std::optional<v1::Happening> believedHappening(const v1::Happening &said, std::int64_t now_ms)
{
    if (std::find(kHappenings.begin(), kHappenings.end(), said.kind()) == kHappenings.end())
        return std::nullopt;
    v1::Happening happening;
    happening.set_time_ms(time(said.time_ms(), now_ms));
    happening.set_severity(said.severity() == v1::ERROR ? v1::ERROR : v1::WARNING);
    happening.set_kind(said.kind());
    happening.set_message(tamed(said.message()));
    happening.set_cause(tamed(said.cause()));
    happening.set_reaction(tamed(said.reaction()));
    return happening;
}

v1::MetricSample believedSample(const v1::MetricSample &said, std::uint64_t memory_limit_bytes,
                                std::int64_t now_ms)
{
    v1::MetricSample sample;
    sample.set_time_ms(time(said.time_ms(), now_ms));
    sample.set_interval_ms(std::clamp<std::uint32_t>(said.interval_ms(), 1, kIntervalMax_ms));
    sample.set_cpu_permille(std::min(said.cpu_permille(), kCpuMax_permille));
    sample.set_memory_bytes(std::min(said.memory_bytes(), kMemoryMax_bytes));
    sample.set_memory_limit_bytes(memory_limit_bytes);
    return sample;
}

v1::LogLine believedLine(const v1::LogLine &said, const std::string &instance, std::int64_t now_us)
{
    v1::LogLine line;
    line.set_time_us(time(said.time_us() / 1000, now_us / 1000) == said.time_us() / 1000
                         ? said.time_us()
                         : now_us);
    line.set_instance(instance);
    const bool is_program = said.stream() == v1::LogLine::OUT || said.stream() == v1::LogLine::ERR;
    line.set_stream(is_program ? said.stream() : v1::LogLine::AGENT);
    std::string text = sys::toUtf8(std::string_view(said.text()).substr(0, kLineBytesMax));
    std::replace(text.begin(), text.end(), '\n', ' '); // a line is one line
    line.set_text(std::move(text));
    return line;
}

} // namespace slipway::host
