#include "backend/edge/statistics.h"

#include <algorithm>
#include <charconv>

namespace slipway::edge
{

namespace
{

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

// No counter of a real process comes near; sums of several stay far from an overflow.
constexpr std::uint64_t kNumberMax = 1'000'000'000'000'000;

std::uint64_t number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc::result_out_of_range ? kNumberMax : std::min(value, kNumberMax);
}

// Takes the next line out of the text; false at its end.
bool nextLine(std::string_view &text, std::string_view &line)
{
    if (text.empty())
        return false;
    const std::size_t end = text.find('\n');
    line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return true;
}

// One row with its columns by name.
class Row
{
public:
    Row(const std::map<std::string_view, std::size_t> &columns, std::string_view line)
        : m_columns(columns), m_fields(split(line, ','))
    {
    }
    std::string_view text(std::string_view column) const
    {
        const auto found = m_columns.find(column);
        return found == m_columns.end() || found->second >= m_fields.size()
                   ? std::string_view()
                   : m_fields[found->second];
    }
    std::uint64_t count(std::string_view column) const { return number(text(column)); }

private:
    const std::map<std::string_view, std::size_t> &m_columns;
    std::vector<std::string_view> m_fields;
};

ServerStat makeStat(const Row &row)
{
    ServerStat stat;
    stat.backend = row.text("pxname");
    stat.server = row.text("svname");
    stat.open = row.count("scur") + row.count("qcur");
    stat.sessions = row.count("stot");
    for (const char *column :
         {"hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other"})
        stat.answers += row.count(column);
    stat.answers_5xx = row.count("hrsp_5xx");
    stat.connect_errors = row.count("econ");
    stat.response_errors = row.count("eresp");
    stat.http = row.text("mode") == "http";
    stat.connections = stat.http ? row.count("used_conn_cur") + row.count("idle_conn_cur") +
                                       row.count("safe_conn_cur")
                                 : stat.open;
    stat.checked = !row.text("check_status").empty();
    stat.up = !stat.checked || !row.text("status").starts_with("DOWN");
    return stat;
}

constexpr std::string_view kServerRow = "2"; // column `type`

} // namespace

std::vector<ServerStat> parseStats(std::string_view csv)
{
    std::vector<ServerStat> stats;
    std::map<std::string_view, std::size_t> columns;
    for (std::string_view line; nextLine(csv, line);) {
        if (line.starts_with("# ")) {
            columns.clear();
            const auto names = split(line.substr(2), ',');
            for (std::size_t i = 0; i < names.size(); ++i)
                columns[names[i]] = i;
        } else if (!line.empty()) {
            const Row row(columns, line);
            if (row.text("type") == kServerRow)
                stats.push_back(makeStat(row));
        }
    }
    return stats;
}

namespace
{

// The word behind " name=", as in "fe=web be=http-0".
std::string wordOf(std::string_view line, std::string_view name)
{
    const std::string key = " " + std::string(name) + "=";
    const std::size_t start = line.find(key);
    if (start == std::string_view::npos)
        return {};
    line.remove_prefix(start + key.size());
    return std::string(line.substr(0, line.find(' ')));
}

} // namespace

std::vector<Session> parseSessions(std::string_view text)
{
    std::vector<Session> sessions;
    for (std::string_view line; nextLine(text, line);) {
        const std::size_t colon = line.find(": ");
        if (!line.starts_with("0x") || colon == std::string_view::npos)
            continue;
        sessions.push_back({std::string(line.substr(0, colon)), wordOf(line, "fe"),
                            wordOf(line, "be"), wordOf(line, "srv")});
    }
    return sessions;
}

std::vector<ServerState> parseServersState(std::string_view text)
{
    constexpr std::uint64_t kForcedMaintenance = 0x01; // bits of srv_admin_state
    constexpr std::uint64_t kForcedDrain = 0x08;
    std::vector<ServerState> states;
    std::map<std::string_view, std::size_t> columns;
    for (std::string_view line; nextLine(text, line);) {
        const bool header = line.starts_with("# ");
        const auto fields = split(header ? line.substr(2) : line, ' ');
        if (header) {
            columns.clear();
            for (std::size_t i = 0; i < fields.size(); ++i)
                columns[fields[i]] = i;
            continue;
        }
        const auto field = [&](std::string_view column) {
            const auto found = columns.find(column);
            return found == columns.end() || found->second >= fields.size() ? std::string_view()
                                                                            : fields[found->second];
        };
        const std::uint64_t admin = number(field("srv_admin_state"));
        if (!field("srv_admin_state").empty() && !field("be_name").empty())
            states.push_back({std::string(field("be_name")), std::string(field("srv_name")),
                              (admin & kForcedMaintenance) != 0, (admin & kForcedDrain) != 0});
    }
    return states;
}

std::map<std::string, std::string> parseMap(std::string_view text)
{
    std::map<std::string, std::string> entries;
    for (std::string_view line; nextLine(text, line);) {
        const auto fields = split(line, ' ');
        if (fields.size() >= 3 && line.starts_with("0x"))
            entries[std::string(fields[1])] = std::string(fields[2]);
    }
    return entries;
}

std::uint64_t infoNumber(std::string_view info, std::string_view name)
{
    for (std::string_view line; nextLine(info, line);)
        if (line.starts_with(name) && line.substr(name.size()).starts_with(": "))
            return number(line.substr(name.size() + 2));
    return 0;
}

} // namespace slipway::edge
