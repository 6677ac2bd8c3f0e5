// What only grows: the timeline, the audit trail, the coarse metrics.
#include "backend/store/store_impl.h"

#include <algorithm>
#include <limits>

namespace slipway::store
{

namespace
{

constexpr std::uint32_t kPageDefault = 200;
constexpr std::uint32_t kPageMax = 1000;

std::int64_t pageSize(std::uint32_t limit)
{
    return limit == 0 ? kPageDefault : std::min(limit, kPageMax);
}

// Ids are the fabric's own counters, far below the signed limit.
std::int64_t before(std::uint64_t id)
{
    constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
    return id == 0 || id > std::uint64_t(kLast) ? kLast : std::int64_t(id);
}

template <typename Message> void parseRow(Query &row, Message *message)
{
    const SQLite::Column bytes = row.column(0);
    if (!message->ParseFromArray(bytes.getBlob(), bytes.getBytes()))
        throw std::runtime_error("a row of the history cannot be read");
}

// Each question has its own statement, so that each uses its index.
Query eventStatement(Store::Impl &impl, const v1::EventsRequest &request)
{
    const bool of_deployment = !request.deployment_id().empty();
    const char *sql = "SELECT bytes FROM event WHERE id < ?1 AND (?3 = '' OR instance = ?3) "
                      "ORDER BY id DESC LIMIT ?2";
    if (of_deployment)
        sql = "SELECT bytes FROM event WHERE deployment = ?4 AND id < ?1 "
              "AND (?3 = '' OR instance = ?3) ORDER BY id DESC LIMIT ?2";
    else if (!request.service().empty())
        sql = "SELECT bytes FROM event WHERE service = ?4 AND id < ?1 "
              "AND (?3 = '' OR instance = ?3) ORDER BY id DESC LIMIT ?2";
    Query statement = impl.prepared(sql);
    statement.bind(1, before(request.before_id()));
    statement.bind(2, pageSize(request.limit()));
    statement.bind(3, request.instance());
    if (of_deployment)
        statement.bind(4, request.deployment_id());
    else if (!request.service().empty())
        statement.bind(4, request.service());
    return statement;
}

// Newest first, and those of one millisecond by their ids.
Query operationStatement(Store::Impl &impl, const v1::OperationsRequest &request)
{
    const char *sql = "SELECT bytes FROM operation WHERE start_ms <= ?1 "
                      "AND (start_ms < ?1 OR (?5 <> '' AND id > ?5)) AND (?3 = '' OR id = ?3) "
                      "ORDER BY start_ms DESC, id LIMIT ?2";
    if (!request.service().empty())
        sql = "SELECT bytes FROM operation WHERE service = ?4 AND start_ms <= ?1 "
              "AND (start_ms < ?1 OR (?5 <> '' AND id > ?5)) AND (?3 = '' OR id = ?3) "
              "ORDER BY start_ms DESC, id LIMIT ?2";
    Query statement = impl.prepared(sql);
    statement.bind(1, before(std::uint64_t(std::max<std::int64_t>(0, request.before_time_ms()))));
    statement.bind(2, pageSize(request.limit()));
    statement.bind(3, request.id());
    if (!request.service().empty())
        statement.bind(4, request.service());
    statement.bind(5, request.before_id());
    return statement;
}

std::map<std::string, v1::MetricBatch> byDeployment(const v1::MetricBatch &batch)
{
    std::map<std::string, v1::MetricBatch> parts;
    for (const v1::MetricSample &sample : batch.samples())
        *parts[sample.deployment_id()].add_samples() = sample;
    return parts;
}

} // namespace

Result<v1::EventsReply> Store::events(const v1::EventsRequest &request)
try {
    v1::EventsReply reply;
    Query rows = eventStatement(*m_impl, request);
    while (rows.next())
        parseRow(rows, reply.add_events());
    const auto end = m_impl->historyEnd();
    const bool all = reply.events_size() < pageSize(request.limit());
    if (end && all && before(request.before_id()) > std::int64_t(end->id()))
        *reply.add_events() = *end;
    return reply;
} catch (const std::exception &error) {
    return m_impl->failed("read", error);
}

Result<v1::OperationsReply> Store::operations(const v1::OperationsRequest &request)
try {
    v1::OperationsReply reply;
    Query rows = operationStatement(*m_impl, request);
    while (rows.next())
        parseRow(rows, reply.add_operations());
    return reply;
} catch (const std::exception &error) {
    return m_impl->failed("read", error);
}

Result<void> Store::addMetrics(std::int64_t time_ms, const v1::MetricBatch &batch,
                               std::int64_t keep_from_ms)
try {
    m_impl->write([&] {
        for (const auto &[deployment_id, samples] : byDeployment(batch)) {
            Query add = m_impl->prepared("INSERT OR REPLACE INTO metric VALUES(?, ?, ?)");
            const std::string bytes = samples.SerializeAsString();
            add.bind(1, time_ms);
            add.bind(2, deployment_id);
            add.bindBytes(3, bytes);
            add.exec();
        }
        Query prune = m_impl->prepared("DELETE FROM metric WHERE time_ms < ?");
        prune.bind(1, keep_from_ms);
        prune.exec();
    });
    return {};
} catch (const std::exception &error) {
    return m_impl->failed("write to", error);
}

Result<void> Store::forgetMetrics(const std::vector<std::string> &deployments)
try {
    if (deployments.empty())
        return {};
    // Each a walk over at most a day of minutes: no index is worth its cost at every write.
    m_impl->write([&] {
        for (const std::string &id : deployments) {
            Query forget = m_impl->prepared("DELETE FROM metric WHERE deployment = ?");
            forget.bind(1, id);
            forget.exec();
        }
    });
    return {};
} catch (const std::exception &error) {
    return m_impl->failed("write to", error);
}

Result<std::vector<v1::MetricBatch>> Store::metrics()
try {
    std::vector<v1::MetricBatch> batches;
    Query rows = m_impl->prepared("SELECT bytes FROM metric ORDER BY time_ms");
    while (rows.next())
        parseRow(rows, &batches.emplace_back());
    return batches;
} catch (const std::exception &error) {
    return m_impl->failed("read", error);
}

} // namespace slipway::store
