// What still runs on servers and deployments that get no new requests: pure bookkeeping, fed with
// what HAProxy processes report.
#pragma once

#include "backend/edge/layout.h"
#include "backend/edge/statistics.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace slipway::edge
{

class DrainWatch
{
public:
    // The layout now in force. Routes that changed against the one before are watched for requests
    // that still run where they led; draining servers until they hold nothing.
    void setLayout(const Layout &layout, std::int64_t now_ms);

    bool watchesRoutes() const { return !m_moved.empty(); }
    std::set<std::string> drainingBackends() const;
    bool active() const; // something is still open, or was never looked at

    // One round over all processes: begin, add each one's answers, end.
    void beginRound();
    void addStats(const std::vector<ServerStat> &stats);
    // Returns the sessions that run on an old route beyond the drain limit: to be cut. Those on a
    // deployment that goes on, in the other slot, may end there, and are not waited for any more.
    std::vector<std::string> addSessions(const std::vector<Session> &sessions, std::int64_t now_ms);
    // Servers ("backend/server") whose open requests are beyond the drain limit: to be cut.
    std::vector<std::string> endRound(bool sessions_seen, std::int64_t now_ms);

    // Unless all processes can be asked, what is beyond the drain limit counts as drained, too.
    std::vector<v1::ServerId> drained(bool all_seen, std::int64_t now_ms) const;
    std::vector<v1::PoolDrain> draining() const;

private:
    struct Draining {
        ServerKey id;
        std::int64_t deadline_ms = 0;
        std::uint64_t open = 0;
        int empty_rounds = 0;
        bool cut = false;
        bool in_round = false; // was there when the round began, so that its answers count
    };
    void forgetTheGone();
    bool goesOn(const std::string &backend) const;
    void countCut(const std::string &deployment_id, std::uint64_t count);

    Layout m_layout;
    std::map<std::string, std::int64_t> m_moved; // frontend to the time when old requests are cut
    std::map<std::pair<std::string, std::string>, Draining> m_draining; // by backend, server
    std::map<std::string, std::string> m_deployments;                   // by backend, old ones too
    std::map<std::string, std::uint32_t> m_round_open; // by deployment, requests on old routes
    std::map<std::string, std::uint32_t> m_open;
    std::set<std::string> m_round_moved;        // frontends with requests on old routes
    std::map<std::string, std::uint64_t> m_cut; // requests, by deployment
    std::set<std::string> m_cut_sessions;       // told to end, but still listed for a moment
};

} // namespace slipway::edge
