#include "backend/edge/keeper.h"

#include "backend/edge/held_sockets.h"
#include "backend/sys/text.h"

#include <algorithm>
#include <unistd.h>

namespace slipway::edge
{

namespace
{
constexpr std::uint32_t kProtocol = 1;
constexpr std::size_t kMessageBytesMax = 1000;
} // namespace

void Keeper::dialController()
{
    if (!m_stopping)
        m_dialer.dial();
}

void Keeper::onConnected(sys::ChannelPtr channel)
{
    m_channel = channel;
    m_handed.clear();
    v1::EdgeMessage message;
    v1::EdgeHello &hello = *message.mutable_hello();
    hello.set_protocol(kProtocol);
    hello.set_fabric_id(m_options.fabric_id);
    hello.set_pid(getpid());
    hello.set_start_time_ms(m_start_time_ms);
    hello.set_haproxy_pid(m_current ? m_current->identity().pid : 0);
    hello.set_applied_revision(m_applied_revision);
    m_channel->tell(message);
    m_channel->start([this](std::string_view bytes) { onCommand(bytes); },
                     [this](const std::string &) {
                         m_channel.reset();
                         dialController();
                     });
    if (m_layout.revision != 0 || !m_problem.empty())
        report();
    tellCell();
}

// The operator hears of it with every connection, for the controller may be a new one.
void Keeper::tellCell()
{
    if (!m_cell.weakness.empty())
        tellHappening(v1::WARNING, "EdgeProxyNotConfined", m_cell.weakness, "");
}

void Keeper::onCommand(std::string_view bytes)
{
    v1::EdgeCommand command;
    if (!sys::parseMessage(bytes, command))
        return logProblem("the controller sent something that is no command");
    if (command.has_stop())
        return stop();
    if (!command.has_table())
        return;
    m_table = std::move(*command.mutable_table());
    m_have_table = true;
    wake();
}

std::vector<ProxyPtr> Keeper::allProxies() const
{
    std::vector<ProxyPtr> proxies = m_retired;
    if (m_current)
        proxies.push_back(m_current);
    return proxies;
}

// A process that nobody can ask may still hold requests for any server.
bool Keeper::seesAllRequests() const
{
    return std::all_of(m_retired.begin(), m_retired.end(),
                       [](const ProxyPtr &proxy) { return proxy->ended() || proxy->answers(); });
}

v1::EdgeReport Keeper::makeReport() const
{
    v1::EdgeReport report;
    report.set_applied_revision(m_applied_revision);
    for (const v1::BoundListener &listener : m_sockets.bound()) {
        v1::BoundListener &told = *report.add_listeners() = listener;
        if (const auto problem = m_layout.problems.find(listener.key());
            problem != m_layout.problems.end() && told.error().empty())
            told.set_error(problem->second);
    }
    report.set_problem(m_problem);
    for (const v1::ServerId &id : m_drains.drained(seesAllRequests(), m_clock.steadyMs()))
        *report.add_drained() = id;
    report.set_haproxy_pid(m_current ? m_current->identity().pid : 0);
    for (const v1::PoolDrain &drain : m_drains.draining())
        *report.add_draining() = drain;
    for (const v1::ServerId &id : m_meter.probeFailed())
        *report.add_probe_failed() = id;
    return report;
}

void Keeper::report()
{
    v1::EdgeMessage message;
    *message.mutable_report() = makeReport();
    m_last_report = message.report();
    if (!m_channel)
        return;
    m_channel->tell(message);
    handOver();
}

// The controller holds a copy of each listening socket for the keeper that comes after this one.
// Each goes beside a message that says nothing else.
void Keeper::handOver()
{
    std::set<unsigned long> open;
    for (const auto &[key, fd] : m_sockets.fds()) {
        open.insert(socketNumber(fd));
        if (!m_handed.contains(socketNumber(fd)))
            m_channel->tell(v1::EdgeMessage(), fd);
    }
    m_handed = std::move(open);
}

void Keeper::reportChanges()
{
    const bool changed = makeReport().SerializeAsString() != m_last_report.SerializeAsString();
    if (changed && (m_layout.revision != 0 || m_problem != m_last_report.problem()))
        report();
}

void Keeper::tellHappening(v1::Severity severity, const std::string &kind,
                           const std::string &message, const std::string &reaction)
{
    logProblem(message);
    v1::EdgeMessage envelope;
    v1::Happening &happening = *envelope.mutable_happening();
    happening.set_time_ms(m_clock.wallMs());
    happening.set_severity(severity);
    happening.set_kind(kind);
    happening.set_message(sys::visible(message, kMessageBytesMax));
    happening.set_reaction(reaction);
    if (m_channel)
        m_channel->tell(envelope);
}

} // namespace slipway::edge
