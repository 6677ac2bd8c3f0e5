#include "backend/core/settings.h"

#include "backend/core/host_changes.h"
#include "backend/core/sizes.h"
#include "backend/core/subjects.h"

namespace slipway::core
{
namespace
{

constexpr std::uint32_t kMostHosts = 1000;
constexpr std::uint32_t kTimeMin_ms = 100;
constexpr std::uint32_t kTimeMax_ms = 60 * 60 * 1000;
constexpr std::uint32_t kHistoryDays = 90;
constexpr std::uint32_t kHistoryRows = 200'000;
constexpr std::uint32_t kSnapshots = 24;
constexpr std::uint32_t kReadyLeast_ms = 10'000;
constexpr std::uint64_t kGiB = 1024ULL * 1024 * 1024;

v1::Error invalid(const std::string &message)
{
    return makeError(v1::Error::INVALID_ARGUMENT, "INVALID_SETTINGS", message, "settings");
}

struct TimeRule {
    const char *name;
    std::uint32_t wanted_ms;
};

// The contract has no "not set" for a number: whoever leaves one out would ask for 0, which cuts
// every request, kills without a word, or starts a dead host again and again without a pause.
std::optional<v1::Error> refuseTimes(const v1::Settings &wanted)
{
    const TimeRule rules[] = {{"drain limit", wanted.drain_limit_ms()},
                              {"time to stop", wanted.stop_grace_ms()},
                              {"fabric's own time to stop", wanted.fabric_stop_grace_ms()},
                              {"return of hosts", wanted.host_rejoin_ms()}};
    for (const TimeRule &rule : rules) {
        if (rule.wanted_ms < kTimeMin_ms || rule.wanted_ms > kTimeMax_ms)
            return invalid(std::string("The ") + rule.name + " must be 100 ms to 1 hour, not " +
                           std::to_string(rule.wanted_ms) + " ms.");
    }
    return std::nullopt;
}

std::optional<v1::Error> refuseKeeping(const v1::Settings &wanted)
{
    if (wanted.history_days() > 3650)
        return invalid("The history can be kept for 1 to 3650 days.");
    if (wanted.history_rows() < 1000 || wanted.history_rows() > 10'000'000)
        return invalid("The history can hold 1000 to 10000000 events and operations.");
    if (wanted.snapshots_kept() > 1000)
        return invalid("1 to 1000 snapshots of the store can be kept.");
    return std::nullopt;
}

std::optional<v1::Error> refuseNumbers(const v1::Settings &wanted)
{
    if (wanted.host_count() == 0 || wanted.host_count() > kMostHosts)
        return invalid("The number of hosts must be 1 to 1000.");
    if (wanted.fault_domain_count() == 0 || wanted.fault_domain_count() > wanted.host_count())
        return invalid("The number of fault domains must be 1 to the number of hosts.");
    if (wanted.host_cores() == 0 || wanted.host_memory_bytes() == 0)
        return invalid("A host needs at least one core and some memory.");
    if (wanted.crash_limit() == 0 || wanted.crash_window_ms() == 0)
        return invalid("The crash limit and its window must not be 0.");
    if (auto wrong = refuseTimes(wanted))
        return wrong;
    if (wanted.ready_least_ms() > kTimeMax_ms)
        return invalid("Instances can be watched for 0 ms to 1 hour before an operation is done.");
    if (auto wrong = refuseKeeping(wanted))
        return wrong;
    for (const v1::SizePrice &price : wanted.prices()) {
        if (!findSize(price.size()))
            return invalid("There is no VM size \"" + price.size() + "\" to give a price.");
        if (price.micros_per_hour() < 0)
            return invalid("The price of " + price.size() + " is negative.");
    }
    return std::nullopt;
}

// Identity is for life; a caller that leaves it out means the present one.
std::optional<v1::Error> refuseIdentity(const v1::Settings &present, const v1::Settings &wanted)
{
    const auto differs = [](const std::string &is, const std::string &shall) {
        return !is.empty() && !shall.empty() && is != shall;
    };
    if (differs(present.fabric_id(), wanted.fabric_id()))
        return invalid("The fabric's id cannot be changed.");
    if (differs(present.address_prefix(), wanted.address_prefix()))
        return invalid("The fabric's addresses (" + present.address_prefix() +
                       ".0/24) cannot be changed: services have them for life.");
    return std::nullopt;
}

v1::Problem noIsolationWarning()
{
    v1::Problem problem;
    problem.set_severity(v1::WARNING);
    problem.set_rule("NO_ISOLATION_ACCEPTED");
    problem.set_message("From now on programs run with no isolation where this machine gives none: "
                        "they can read and change all that is open to every user of the machine, "
                        "and to a fabric that is not root's all that is its user's, the fabric "
                        "itself included.");
    problem.set_hint("Run only packages that you trust like your own programs.");
    return problem;
}

v1::Settings completed(const v1::Settings &present, v1::Settings wanted)
{
    if (wanted.fabric_id().empty())
        wanted.set_fabric_id(present.fabric_id());
    if (wanted.address_prefix().empty())
        wanted.set_address_prefix(present.address_prefix());
    if (wanted.history_days() == 0)
        wanted.set_history_days(present.history_days());
    if (wanted.history_rows() == 0)
        wanted.set_history_rows(present.history_rows());
    if (wanted.snapshots_kept() == 0)
        wanted.set_snapshots_kept(present.snapshots_kept());
    if (!wanted.has_ready_least_ms())
        wanted.set_ready_least_ms(present.ready_least_ms());
    wanted.set_revision(present.revision());
    return withDefaults(std::move(wanted));
}

} // namespace

v1::Settings withDefaults(v1::Settings settings)
{
    if (settings.history_days() == 0)
        settings.set_history_days(kHistoryDays);
    if (settings.history_rows() == 0)
        settings.set_history_rows(kHistoryRows);
    if (settings.snapshots_kept() == 0)
        settings.set_snapshots_kept(kSnapshots);
    if (!settings.has_ready_least_ms())
        settings.set_ready_least_ms(kReadyLeast_ms);
    return settings;
}

v1::Settings defaultSettings(const std::string &fabric_id, const std::string &address_prefix)
{
    v1::Settings settings;
    settings.set_host_count(6);
    settings.set_fault_domain_count(2);
    settings.set_host_cores(16);
    settings.set_host_memory_bytes(56 * kGiB);
    settings.set_address_prefix(address_prefix);
    settings.set_drain_limit_ms(30'000);
    settings.set_stop_grace_ms(10'000);
    settings.set_fabric_stop_grace_ms(300'000);
    settings.set_log_limit_bytes(50ULL * 1024 * 1024);
    settings.set_crash_limit(5);
    settings.set_crash_window_ms(10 * 60 * 1000);
    settings.set_host_rejoin_ms(5'000);
    settings.set_fabric_id(fabric_id);
    return withDefaults(std::move(settings));
}

Result<Prepared> prepareUpdateSettings(const State &state, const v1::Command &command)
{
    const v1::Settings wanted = completed(state.settings, command.update_settings());
    if (auto stale = refuseStale(command, state.settings.revision(), "settings"))
        return Failure(*stale);
    if (auto wrong = refuseIdentity(state.settings, wanted))
        return Failure(*wrong);
    if (auto wrong = refuseNumbers(wanted))
        return Failure(*wrong);
    if (auto used = refuseHosts(state, wanted))
        return Failure(*used);
    Prepared prepared;
    prepared.operation.set_kind("UpdateSettings");
    prepared.operation.set_title("Change the settings");
    prepared.preview = previewHosts(state, wanted);
    prepared.preview.insert(prepared.preview.begin(),
                            "The settings are stored and in force at once.");
    if (wanted.accept_no_isolation() && !state.settings.accept_no_isolation())
        *prepared.problems.emplace(prepared.problems.end()) = noIsolationWarning();
    prepared.change = [wanted](Transaction &tx, v1::Operation &) {
        tx.settings() = wanted;
        makeHosts(tx);
    };
    return prepared;
}

} // namespace slipway::core
