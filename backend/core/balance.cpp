#include "backend/core/balance.h"

#include "backend/core/lifecycle.h"
#include "backend/core/lookup.h"
#include "backend/core/operations.h"
#include "backend/core/placement.h"
#include "backend/core/subjects.h"
#include "backend/core/timeline.h"

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <tuple>

namespace slipway::core
{
namespace
{

constexpr std::size_t kMovesTold = 100; // one by one, in a preview

// Instances of one host and one size, the one with the highest number last: any of them would do,
// so only the last one is looked at.
struct Pile {
    std::string host;
    Need need;
    std::vector<const v1::RoleInstance *> instances;
};

// Where the instances of the role are, as planned so far.
struct Spread {
    std::vector<HostRoom> rooms;
    std::vector<Pile> piles;
};

bool isStanding(const v1::RoleInstance &instance)
{
    return instance.goal() == v1::RoleInstance::RUN &&
           instance.restart() == v1::RoleInstance::NO_RESTART;
}

HostRoom *findRoom(Spread &spread, const std::string &host)
{
    const auto found = std::find_if(spread.rooms.begin(), spread.rooms.end(),
                                    [&](const HostRoom &one) { return one.host == host; });
    return found == spread.rooms.end() ? nullptr : &*found;
}

Spread spreadOf(const State &state, const std::string &deployment_id, const std::string &role)
{
    Spread spread{roomOfHosts(state, Capacity::Now), {}};
    countRole(spread.rooms, state, deployment_id, role);
    std::map<std::pair<std::string, std::string>, Pile> piles; // by host and size
    for (const v1::RoleInstance *instance : instancesOf(state, deployment_id, role)) {
        if (!isStanding(*instance) || !findRoom(spread, instance->host()))
            continue;
        Pile &pile = piles[{instance->host(), instance->size()}];
        pile.host = instance->host();
        pile.need = needOf(deployment_id, role, instance->size());
        pile.instances.push_back(instance);
    }
    for (auto &[key, pile] : piles) {
        std::sort(pile.instances.begin(), pile.instances.end(),
                  [](const auto *a, const auto *b) { return a->index() < b->index(); });
        spread.piles.push_back(std::move(pile));
    }
    return spread;
}

std::uint32_t inDomain(const Spread &spread, std::uint32_t domain)
{
    std::uint32_t count = 0;
    for (const HostRoom &room : spread.rooms)
        count += room.fault_domain == domain ? room.role_instances : 0;
    return count;
}

bool improves(const Spread &spread, const HostRoom &from, const HostRoom &to)
{
    if (from.fault_domain != to.fault_domain)
        return inDomain(spread, to.fault_domain) + 1 < inDomain(spread, from.fault_domain);
    return to.role_instances + 1 < from.role_instances;
}

// The fullest domain's fullest host gives, of its instances the one with the highest number.
std::vector<Pile *> givers(Spread &spread)
{
    std::vector<std::pair<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, Pile *>> ranked;
    for (Pile &pile : spread.piles) {
        if (pile.instances.empty())
            continue;
        const HostRoom &room = *findRoom(spread, pile.host);
        ranked.push_back({{inDomain(spread, room.fault_domain), room.role_instances,
                           pile.instances.back()->index()},
                          &pile});
    }
    std::sort(ranked.begin(), ranked.end(), std::greater());
    std::vector<Pile *> piles;
    for (const auto &[rank, pile] : ranked)
        piles.push_back(pile);
    return piles;
}

// Who has moved once stays: it was put where the role is thinnest.
BalanceMove takeFrom(Pile &pile, const std::string &to, Spread &spread)
{
    BalanceMove move{keyOf(*pile.instances.back()), pile.host, to};
    pile.instances.pop_back();
    giveRoom(spread.rooms, move.from, pile.need);
    --findRoom(spread, move.from)->role_instances;
    takeRoom(spread.rooms, move.to, pile.need);
    return move;
}

// A few hosts are looked at for each move, however many instances they hold.
std::optional<BalanceMove> nextMove(Spread &spread)
{
    for (Pile *pile : givers(spread)) {
        const HostRoom *to = spreadOverDomains(spread.rooms, pile->need);
        if (to && improves(spread, *findRoom(spread, pile->host), *to))
            return takeFrom(*pile, to->host, spread);
    }
    return std::nullopt;
}

std::vector<std::string> preview(const std::vector<BalanceMove> &moves)
{
    std::vector<std::string> lines;
    const std::size_t told = std::min(moves.size(), kMovesTold);
    for (const BalanceMove &move : std::span(moves).first(told))
        lines.push_back(move.instance.second + " moves from " + move.from + " to " + move.to +
                        ", with fresh disks, once its requests are finished.");
    if (moves.size() > told)
        lines.push_back("And " + counted(moves.size() - told, "more move") + ".");
    if (moves.size() > 1)
        lines.push_back("One after the other: the next one only when all others serve.");
    return lines;
}

v1::Check checkFor(const std::string &role, std::size_t moves)
{
    v1::Check check;
    check.set_id("B1");
    check.set_title("The role can be spread better");
    check.set_result(moves > 0 ? v1::Check::PASSED : v1::Check::FAILED);
    check.set_reason(moves > 0 ? counted(moves, "instance") + " of " + role +
                                     " would stand better on another host"
                               : role + " is spread as evenly as the hosts allow");
    return check;
}

void move(Transaction &tx, const BalanceMove &move)
{
    const v1::RoleInstance &instance = tx.state().instances.at(move.instance);
    tellInstance(tx, instance, v1::INFO, "InstanceMoving", instance.name() + " leaves " + move.from,
                 "its role is spread over domains and hosts again",
                 "it finishes its requests, then starts on another host with fresh disks");
    restartInstance(tx, move.instance, v1::RoleInstance::MOVE, "moving to " + move.to);
}

bool isServing(const v1::RoleInstance &instance)
{
    return instance.state() == v1::RoleInstance::ReadyRole &&
           instance.restart() == v1::RoleInstance::NO_RESTART;
}

} // namespace

std::vector<BalanceMove> planBalance(const State &state, const std::string &deployment_id,
                                     const std::string &role)
{
    Spread spread = spreadOf(state, deployment_id, role);
    std::vector<BalanceMove> moves;
    while (auto next = nextMove(spread))
        moves.push_back(std::move(*next));
    return moves;
}

Result<Prepared> prepareBalance(const State &state, const v1::Command &command)
{
    const v1::BalanceRole &wanted = command.balance_role();
    const auto found = requireDeployment(state, wanted.service(), wanted.slot());
    if (!found)
        return Failure(found.error());
    const v1::Deployment &deployment = **found;
    if (auto stale = refuseStale(command, deployment.revision(), wanted.service()))
        return Failure(*stale);
    if (!findRole(deployment.definition(), wanted.role()))
        return failure(v1::Error::NOT_FOUND, "ROLE_NOT_FOUND",
                       "The deployment has no role \"" + wanted.role() + "\".", wanted.role());
    if (auto busy = refuseWhileRunning(state, deployment.id(), {"Reboot", "Reimage"}))
        return Failure(*busy);
    const std::vector<BalanceMove> moves = planBalance(state, deployment.id(), wanted.role());
    Prepared prepared;
    prepared.preview = preview(moves);
    prepared.checks = {checkFor(wanted.role(), moves.size())};
    if (moves.empty())
        prepared.refusal = makeError(
            v1::Error::FAILED_PRECONDITION, "ROLE_BALANCED",
            prepared.checks.front().reason() + ": there is nothing to move.", wanted.role());
    prepared.operation.set_kind("Balance");
    prepared.operation.set_title("Balance " + wanted.role() + " of " + wanted.service() + " in " +
                                 slotName(deployment.slot()));
    prepared.operation.set_service(wanted.service());
    prepared.operation.set_slot(deployment.slot());
    prepared.operation.set_deployment_id(deployment.id());
    prepared.operation.set_cancellable(true);
    for (const v1::RoleInstance *instance : instancesOf(state, deployment.id(), wanted.role()))
        prepared.operation.add_instances(instance->name());
    prepared.change = [id = deployment.id()](Transaction &tx, v1::Operation &) {
        tx.markDeployment(id);
    };
    return prepared;
}

void advanceBalance(Transaction &tx, const std::string &deployment_id)
{
    const v1::Operation *operation = runningOperation(tx.state(), deployment_id, "Balance");
    if (!operation || operation->instances().empty())
        return;
    const v1::RoleInstance *first =
        findInstance(tx.state(), deployment_id, operation->instances(0));
    if (!first)
        return;
    const std::string role = first->role();
    const auto instances = instancesOf(tx.state(), deployment_id, role);
    if (instances.size() < 2 || !std::all_of(instances.begin(), instances.end(),
                                             [](const auto *one) { return isServing(*one); }))
        return;
    Spread spread = spreadOf(tx.state(), deployment_id, role);
    if (const auto next = nextMove(spread))
        move(tx, *next);
}

} // namespace slipway::core
