// What was answered to whom, and what was deleted: the store's own words, asked for later.
#include "backend/store/store_impl.h"

#include <spdlog/spdlog.h>

namespace slipway::store
{

namespace
{

constexpr std::int64_t kRequestsKeep_ms = 24LL * 3600 * 1000;
constexpr std::int64_t kRequestsMax = 50'000; // one every 1.7 s for the whole day
constexpr std::int64_t kReplyBytesMax = 64LL << 20;
constexpr std::int64_t kReplyBytesSlack = 16LL << 20;

// The oldest ones, until the rest is few and small enough. How many went.
std::int64_t forgetSurplus(Store::Impl &impl)
{
    std::int64_t rows = impl.prepared("SELECT count(*) FROM request").number();
    std::int64_t bytes = impl.counts().reply_bytes;
    std::vector<std::string> surplus;
    {
        Query oldest = impl.prepared("SELECT id, length(reply) FROM request ORDER BY time_ms");
        for (; (rows > kRequestsMax || bytes > kReplyBytesMax) && oldest.next(); --rows) {
            surplus.push_back(oldest.column(0).getString());
            bytes -= oldest.column(1).getInt64();
        }
    }
    for (const std::string &id : surplus) {
        Query forget = impl.prepared("DELETE FROM request WHERE id = ?");
        forget.bind(1, id);
        forget.exec();
    }
    impl.counts().reply_bytes = bytes;
    return std::int64_t(surplus.size());
}

void tellSurplus(std::int64_t rows)
{
    if (rows > 0)
        spdlog::warn("{} answered requests of less than 24 hours ago were forgotten: at most {} of "
                     "{} bytes in all are kept. Repeated now they would be new ones.",
                     rows, kRequestsMax, kReplyBytesMax);
}

} // namespace

void Store::Impl::keepRequest(const AnsweredRequest &request)
{
    Query keep = prepared("INSERT OR REPLACE INTO request VALUES(?, ?, ?, ?)");
    const std::string reply = request.reply.SerializeAsString();
    keep.bind(1, request.id);
    keep.bind(2, request.time_ms);
    keep.bindBytes(3, request.digest);
    keep.bindBytes(4, reply);
    keep.exec();
    counts().reply_bytes += std::int64_t(reply.size());
    if (counts().reply_bytes > kReplyBytesMax + kReplyBytesSlack)
        tellSurplus(forgetSurplus(*this)); // it is many at once: not only now and then
}

Result<void> Store::forgetRequests(std::int64_t now_ms)
try {
    m_impl->write([&] {
        Query old = m_impl->prepared("DELETE FROM request WHERE time_ms < ?");
        old.bind(1, now_ms - kRequestsKeep_ms);
        if (old.exec() > 0)
            m_impl->counted.reset();
        tellSurplus(forgetSurplus(*m_impl));
    });
    return {};
} catch (const std::exception &error) {
    return m_impl->failed("write to", error);
}

Result<std::optional<AnsweredRequest>> Store::answered(const std::string &request_id)
try {
    Query row = m_impl->prepared("SELECT time_ms, digest, reply FROM request WHERE id = ?");
    row.bind(1, request_id);
    if (!row.next())
        return std::nullopt;
    AnsweredRequest found{request_id, row.bytes(1), row.column(0).getInt64(), {}};
    const bool whole = found.reply.ParseFromString(row.bytes(2));
    if (!whole)
        throw std::runtime_error("the answer to a request cannot be read");
    return found;
} catch (const std::exception &error) {
    return m_impl->failed("read", error);
}

Result<std::optional<std::uint64_t>> Store::deletedAt(v1::Removed::Kind kind, const std::string &id)
try {
    Query row = m_impl->prepared("SELECT revision FROM deleted WHERE kind = ? AND id = ?");
    row.bind(1, int(kind));
    row.bind(2, id);
    if (!row.next())
        return std::nullopt;
    const auto revision = std::uint64_t(row.column(0).getInt64());
    return revision;
} catch (const std::exception &error) {
    return m_impl->failed("read", error);
}

} // namespace slipway::store
