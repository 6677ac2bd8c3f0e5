// The end of the history: what is too old or too much goes, oldest first, a little at a time.
#include "backend/store/store_impl.h"

#include <algorithm>

namespace slipway::store
{

namespace
{

constexpr const char *kHistoryEndKey = "history_end"; // the newest event that went

// How many of the oldest events go now, and the last of them.
struct Cut {
    std::int64_t rows = 0;
    std::int64_t last_id = 0;
    std::int64_t last_time_ms = 0;
};

// Ids grow with time, so the oldest are the first; counting by ids counts none too few.
Cut eventsToForget(Store::Impl &impl, std::int64_t keep_from_ms, std::int64_t rows_max, int steps)
{
    const std::int64_t newest = std::int64_t(impl.newestEventId());
    Query oldest = impl.prepared("SELECT id, time_ms FROM event ORDER BY id LIMIT ?");
    oldest.bind(1, steps);
    Cut cut;
    while (oldest.next()) {
        const std::int64_t id = oldest.column(0).getInt64();
        const std::int64_t time_ms = oldest.column(1).getInt64();
        if (time_ms >= keep_from_ms && id > newest - rows_max)
            break;
        cut = {cut.rows + 1, id, time_ms};
    }
    return cut;
}

void forgetEvents(Store::Impl &impl, const Cut &cut)
{
    if (cut.rows == 0)
        return;
    Query forget = impl.prepared("DELETE FROM event WHERE id <= ?");
    forget.bind(1, cut.last_id);
    forget.exec();
    v1::Event end;
    end.set_id(std::uint64_t(cut.last_id));
    end.set_time_ms(cut.last_time_ms);
    impl.setValue(kHistoryEndKey, end.SerializeAsString());
}

// Those that the state still holds are not over, or not for long.
int forgetOperations(Store::Impl &impl, std::int64_t keep_from_ms, std::int64_t rows_max, int steps)
{
    const std::int64_t surplus = impl.counts().operations - rows_max;
    Query forget = impl.prepared(
        "DELETE FROM operation WHERE id IN (SELECT id FROM operation WHERE (start_ms < ?1 OR "
        "start_ms <= (SELECT start_ms FROM operation ORDER BY start_ms LIMIT 1 OFFSET ?2)) "
        "AND id NOT IN (SELECT id FROM entity WHERE kind = ?3) ORDER BY start_ms LIMIT ?4)");
    forget.bind(1, keep_from_ms);
    if (surplus > 0)
        forget.bind(2, surplus - 1);
    else
        forget.bind(2, std::int64_t(1) << 40); // beyond the last one: none
    forget.bind(3, int(v1::Removed::OPERATION));
    forget.bind(4, steps);
    const int forgotten = forget.exec();
    impl.counts().operations -= forgotten;
    return forgotten;
}

} // namespace

Result<bool> Store::forgetHistory(std::int64_t keep_from_ms, std::uint32_t rows_max, int steps)
try {
    const Cut cut = eventsToForget(*m_impl, keep_from_ms, rows_max, steps);
    int operations = 0;
    m_impl->write([&] {
        forgetEvents(*m_impl, cut);
        operations = forgetOperations(*m_impl, keep_from_ms, rows_max, steps);
    });
    return cut.rows == steps || operations == steps;
} catch (const std::exception &error) {
    return m_impl->failed("write to", error);
}

std::uint64_t Store::Impl::newestEventId()
{
    const auto kept = std::uint64_t(prepared("SELECT ifnull(max(id), 0) FROM event").number());
    const auto end = historyEnd();
    return std::max(kept, end ? end->id() : 0);
}

std::optional<v1::Event> Store::Impl::historyEnd()
{
    const auto bytes = value(kHistoryEndKey);
    v1::Event end;
    if (!bytes || !end.ParseFromString(*bytes))
        return std::nullopt;
    end.set_severity(v1::INFO);
    end.set_kind("HistoryEnds");
    end.set_message("Older events are not kept any more");
    end.set_cause("the settings history_days and history_rows say how many are");
    return end;
}

} // namespace slipway::store
