// What was answered to whom, and what was deleted: the store's own words, asked for later.
#include "backend/store/store_impl.h"

namespace slipway::store
{

namespace
{

constexpr std::int64_t kRequestsKeep_ms = 24LL * 3600 * 1000;
constexpr int kRequestsMax = 50'000; // one every 1.7 s for the whole day

std::string blobOf(const SQLite::Column &column)
{
    return {static_cast<const char *>(column.getBlob()), std::size_t(column.getBytes())};
}

} // namespace

void Store::Impl::keepRequest(const AnsweredRequest &request)
{
    SQLite::Statement &keep = prepared("INSERT OR REPLACE INTO request VALUES(?, ?, ?, ?)");
    const std::string reply = request.reply.SerializeAsString();
    keep.bind(1, request.id);
    keep.bind(2, request.time_ms);
    keep.bind(3, request.digest.data(), int(request.digest.size()));
    keep.bind(4, reply.data(), int(reply.size()));
    keep.exec();
}

void Store::Impl::forgetOldRequests(std::int64_t now_ms)
{
    SQLite::Statement &old = prepared("DELETE FROM request WHERE time_ms < ?");
    old.bind(1, now_ms - kRequestsKeep_ms);
    old.exec();
    SQLite::Statement &surplus =
        prepared("DELETE FROM request WHERE time_ms < (SELECT time_ms FROM request "
                 "ORDER BY time_ms DESC LIMIT 1 OFFSET ?)");
    surplus.bind(1, kRequestsMax);
    surplus.exec();
}

Result<std::optional<AnsweredRequest>> Store::answered(const std::string &request_id)
try {
    SQLite::Statement &row =
        m_impl->prepared("SELECT time_ms, digest, reply FROM request WHERE id = ?");
    row.bind(1, request_id);
    if (!row.executeStep())
        return std::nullopt;
    AnsweredRequest found{request_id, blobOf(row.getColumn(1)), row.getColumn(0).getInt64(), {}};
    const bool whole = found.reply.ParseFromString(blobOf(row.getColumn(2)));
    row.reset();
    if (!whole)
        throw std::runtime_error("the answer to a request cannot be read");
    return found;
} catch (const std::exception &error) {
    return m_impl->failed("read", error);
}

Result<std::optional<std::uint64_t>> Store::deletedAt(v1::Removed::Kind kind, const std::string &id)
try {
    SQLite::Statement &row =
        m_impl->prepared("SELECT revision FROM deleted WHERE kind = ? AND id = ?");
    row.bind(1, int(kind));
    row.bind(2, id);
    if (!row.executeStep())
        return std::nullopt;
    const auto revision = std::uint64_t(row.getColumn(0).getInt64());
    row.reset();
    return revision;
} catch (const std::exception &error) {
    return m_impl->failed("read", error);
}

} // namespace slipway::store
