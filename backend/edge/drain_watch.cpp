#include "backend/edge/drain_watch.h"

#include <algorithm>

namespace slipway::edge
{

namespace
{

// A request may be on its way between the choice of its server and that server's counter: only the
// second empty look in a row counts.
constexpr int kEmptyRounds = 2;

} // namespace

void DrainWatch::setLayout(const Layout &layout, std::int64_t now_ms)
{
    for (const auto &[frontend, backend] : layout.routes) {
        const auto before = m_layout.routes.find(frontend);
        if (before != m_layout.routes.end() && before->second != backend) {
            m_moved[frontend] = now_ms + layout.drain_limit_ms;
            m_round_moved.insert(frontend); // a round under way may have passed its requests by
        }
    }
    std::map<std::pair<std::string, std::string>, Draining> draining;
    for (const auto &[name, backend] : layout.backends) {
        m_deployments[name] = backend.deployment_id;
        for (const WantedServer &server : backend.servers) {
            if (!server.drain)
                continue;
            const auto before = m_draining.find({name, server.name});
            draining[{name, server.name}] =
                before != m_draining.end()
                    ? before->second
                    : Draining{server.id, now_ms + layout.drain_limit_ms, 0, 0, false, false};
        }
    }
    m_draining = std::move(draining);
    m_layout = layout;
    forgetTheGone();
}

// Deployments that have left the table and of which nothing runs any more.
void DrainWatch::forgetTheGone()
{
    std::set<std::string> present;
    for (const auto &[name, backend] : m_layout.backends)
        present.insert(backend.deployment_id);
    std::erase_if(m_cut, [&](const auto &entry) {
        return !present.contains(entry.first) && !m_open.contains(entry.first);
    });
    std::erase_if(m_deployments, [&](const auto &entry) {
        return !present.contains(entry.second) && !watchesRoutes();
    });
}

std::set<std::string> DrainWatch::drainingBackends() const
{
    std::set<std::string> backends;
    for (const auto &[path, server] : m_draining)
        if (server.empty_rounds < kEmptyRounds)
            backends.insert(path.first);
    return backends;
}

bool DrainWatch::active() const
{
    return !m_moved.empty() || !drainingBackends().empty();
}

void DrainWatch::beginRound()
{
    m_round_open.clear();
    m_round_moved.clear();
    for (auto &[path, server] : m_draining) {
        server.open = 0;
        server.in_round = true;
    }
}

void DrainWatch::addStats(const std::vector<ServerStat> &stats)
{
    for (const ServerStat &stat : stats)
        if (const auto found = m_draining.find({stat.backend, stat.server});
            found != m_draining.end())
            found->second.open += stat.open;
}

bool DrainWatch::goesOn(const std::string &backend) const
{
    const auto found = m_layout.backends.find(backend);
    return found != m_layout.backends.end() &&
           std::any_of(found->second.servers.begin(), found->second.servers.end(),
                       [](const WantedServer &server) { return !server.drain; });
}

std::vector<std::string> DrainWatch::addSessions(const std::vector<Session> &sessions,
                                                 std::int64_t now_ms)
{
    std::vector<std::string> late;
    for (const Session &session : sessions) {
        const auto moved = m_moved.find(session.frontend);
        const auto deployment = m_deployments.find(session.backend);
        if (moved == m_moved.end() || deployment == m_deployments.end() ||
            m_layout.routes[session.frontend] == session.backend)
            continue;
        const bool is_late = now_ms >= moved->second;
        if (is_late && goesOn(session.backend))
            continue;
        ++m_round_open[deployment->second];
        m_round_moved.insert(session.frontend);
        if (!is_late)
            continue;
        late.push_back(session.id); // again and again: HAProxy may retry a request that was cut
        if (m_cut_sessions.insert(session.id).second)
            countCut(deployment->second, 1);
    }
    return late;
}

std::vector<std::string> DrainWatch::endRound(bool sessions_seen, std::int64_t now_ms)
{
    if (sessions_seen) {
        m_open = m_round_open;
        std::erase_if(m_moved,
                      [this](const auto &entry) { return !m_round_moved.contains(entry.first); });
        if (m_moved.empty())
            m_cut_sessions.clear();
    }
    std::vector<std::string> late;
    for (auto &[path, server] : m_draining) {
        if (!server.in_round)
            continue;
        server.empty_rounds = server.open == 0 ? server.empty_rounds + 1 : 0;
        if (server.open == 0 || server.cut || now_ms < server.deadline_ms)
            continue;
        server.cut = true;
        late.push_back(path.first + "/" + path.second);
        countCut(server.id.deployment_id, server.open);
    }
    return late;
}

void DrainWatch::countCut(const std::string &deployment_id, std::uint64_t count)
{
    m_cut[deployment_id] += count;
}

std::vector<v1::ServerId> DrainWatch::drained(bool all_seen, std::int64_t now_ms) const
{
    std::map<ServerKey, bool> drained; // an instance may stand in several pools
    for (const auto &[name, backend] : m_layout.backends)
        for (const WantedServer &server : backend.servers) {
            const auto found = m_draining.find({name, server.name});
            const bool empty = server.drain && found != m_draining.end() &&
                               found->second.empty_rounds >= kEmptyRounds &&
                               (all_seen || now_ms >= found->second.deadline_ms);
            const auto known = drained.emplace(server.id, true).first;
            known->second = known->second && empty;
        }
    std::vector<v1::ServerId> result;
    for (const auto &[key, empty] : drained) {
        if (!empty)
            continue;
        v1::ServerId &id = result.emplace_back();
        id.set_deployment_id(key.deployment_id);
        id.set_instance(key.instance);
    }
    return result;
}

std::vector<v1::PoolDrain> DrainWatch::draining() const
{
    std::map<std::string, std::uint32_t> open = m_open;
    for (const auto &[path, server] : m_draining)
        if (server.open > 0)
            open[server.id.deployment_id] += std::uint32_t(server.open);
    for (const auto &[deployment_id, count] : m_cut)
        open.emplace(deployment_id, 0);
    std::vector<v1::PoolDrain> result;
    for (const auto &[deployment_id, count] : open) {
        const auto cut = m_cut.find(deployment_id);
        v1::PoolDrain &drain = result.emplace_back();
        drain.set_deployment_id(deployment_id);
        drain.set_open_requests(count);
        drain.set_cut(cut == m_cut.end() ? 0 : cut->second);
    }
    return result;
}

} // namespace slipway::edge
