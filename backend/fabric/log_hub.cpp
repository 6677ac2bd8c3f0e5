#include "backend/fabric/log_hub.h"

#include <algorithm>

namespace slipway::fabric
{

namespace
{

constexpr int kLogLook_ms = 150;
constexpr std::uint64_t kLooksPerList = 5; // whether somebody has joined
constexpr std::size_t kLinesPerRead = 256;
constexpr int kLinesPerBatch = 512;
constexpr int kBatchesPerLook = 8; // then others have their turn
constexpr std::uint32_t kTailMax = 5000;
constexpr std::size_t kBatchBytesMax = 512 * 1024;

} // namespace

LogHub::LogHub(asio::io_context &io, sys::Paths paths, const core::State &state)
    : m_io(io), m_paths(std::move(paths)), m_state(state), m_timer(io)
{
}

Result<std::string> LogHub::deploymentOf(const v1::LogRequest &request) const
{
    if (!request.deployment_id().empty()) {
        if (request.deployment_id().find_first_not_of("0123456789abcdef") != std::string::npos)
            return failure(v1::Error::INVALID_ARGUMENT, "DEPLOYMENT_ID_INVALID",
                           "A deployment id consists of hexadecimal digits.",
                           request.deployment_id());
        return request.deployment_id();
    }
    const auto service = m_state.services.find(request.service());
    if (service == m_state.services.end())
        return failure(v1::Error::NOT_FOUND, "SERVICE_NOT_FOUND",
                       "There is no cloud service \"" + request.service() + "\".",
                       request.service());
    const bool staging = request.slot() == v1::STAGING;
    const v1::Slot &slot = staging ? service->second.staging() : service->second.production();
    if (slot.deployment_id().empty())
        return failure(v1::Error::NOT_FOUND, "SLOT_EMPTY",
                       std::string(staging ? "Staging" : "Production") + " of " +
                           request.service() + " holds no deployment, so it has no log.",
                       request.service());
    return slot.deployment_id();
}

// Names that were asked for are file names too: only those of known instances or existing folders
// are taken, never a path.
std::vector<std::string> LogHub::instancesOf(const Reader &reader) const
{
    std::vector<std::string> names;
    const auto first = m_state.instances.lower_bound({reader.deployment_id, {}});
    for (auto it = first; it != m_state.instances.end() && it->first.first == reader.deployment_id;
         ++it)
        names.push_back(it->first.second);
    std::error_code ignored; // logs outlive their instances
    for (const auto &entry :
         std::filesystem::directory_iterator(m_paths.logs() / reader.deployment_id, ignored))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    const auto &wanted = reader.request.instances();
    if (!wanted.empty())
        std::erase_if(names, [&wanted](const std::string &name) {
            return std::find(wanted.begin(), wanted.end(), name) == wanted.end();
        });
    return names;
}

void LogHub::stream(const v1::LogRequest &request, std::shared_ptr<LogSink> sink)
{
    const auto deployment_id = deploymentOf(request);
    if (!deployment_id)
        return sink->end(deployment_id.error());
    auto reader = std::make_unique<Reader>();
    reader->request = request;
    reader->deployment_id = *deployment_id;
    reader->sink = std::move(sink);
    addSources(*reader, request.tail_lines() > 0);
    if (request.tail_lines() > 0)
        startAtTail(*reader);
    m_readers.push_back(std::move(reader));
    schedule(0);
}

// Instances may join while somebody follows; of those everything is news.
void LogHub::addSources(Reader &reader, bool from_tail)
{
    const std::uint32_t tail = std::min(reader.request.tail_lines(), kTailMax);
    for (const std::string &name : instancesOf(reader)) {
        if (!reader.known.insert(name).second)
            continue;
        auto source = std::make_unique<Source>(
            Source{name,
                   sys::LogFileReader(m_paths.instanceLogs(reader.deployment_id, name)),
                   0,
                   {},
                   false});
        source->position = from_tail ? source->reader.tail(tail) : source->reader.begin();
        reader.sources.push_back(std::move(source));
    }
}

// The last lines of all instances together: read each one's tail, keep the newest.
void LogHub::startAtTail(Reader &reader)
{
    const std::size_t tail = std::min(reader.request.tail_lines(), kTailMax);
    std::vector<std::int64_t> times;
    for (const auto &source : reader.sources) {
        for (v1::LogLine &line : source->reader.read(source->position, tail))
            source->lines.push_back(std::move(line));
        if (!source->lines.empty())
            source->position = source->lines.back().position();
        for (const v1::LogLine &line : source->lines)
            times.push_back(line.time_us());
    }
    if (times.size() <= tail)
        return;
    const auto oldest = times.end() - std::ptrdiff_t(tail);
    std::nth_element(times.begin(), oldest, times.end());
    for (const auto &source : reader.sources)
        std::erase_if(source->lines, [from_us = *oldest](const v1::LogLine &line) {
            return line.time_us() < from_us;
        });
}

void LogHub::schedule(int delay_ms)
{
    if (m_scheduled || m_readers.empty())
        return;
    m_scheduled = true;
    m_timer.expires_after(asio::chrono::milliseconds(delay_ms));
    m_timer.async_wait([this](std::error_code error) {
        if (error)
            return; // cancelled: the hub may be gone
        m_scheduled = false;
        pumpAll();
    });
}

void LogHub::pumpAll()
{
    bool more = false;
    for (const auto &reader : m_readers)
        more = pump(*reader) || more;
    std::erase_if(m_readers, [](const auto &reader) { return reader->over; });
    schedule(more ? 0 : kLogLook_ms);
}

// True when it stopped only to give others their turn.
bool LogHub::pump(Reader &reader)
{
    if (++reader.looks % kLooksPerList == 0)
        addSources(reader, false);
    for (const auto &source : reader.sources)
        source->dry = false;
    for (int i = 0; i < kBatchesPerLook; ++i) {
        if (!sendWaiting(reader))
            return false; // the same batch again at the next look
        reader.waiting = merge(reader);
        if (reader.waiting.lines().empty()) {
            reader.over = !reader.request.follow();
            if (reader.over)
                reader.sink->end({});
            return false;
        }
    }
    return true;
}

bool LogHub::sendWaiting(Reader &reader)
{
    if (!reader.waiting.lines().empty() && !reader.sink->push(reader.waiting))
        return false;
    reader.waiting.Clear();
    return true;
}

// Merges by time as far as every instance's next line is known.
v1::LogBatch LogHub::merge(Reader &reader)
{
    v1::LogBatch batch;
    std::size_t bytes = 0;
    while (batch.lines_size() < kLinesPerBatch && bytes < kBatchBytesMax) {
        Source *first = nullptr;
        for (const auto &source : reader.sources) {
            if (source->lines.empty() && !source->dry) {
                for (v1::LogLine &line : source->reader.read(source->position, kLinesPerRead))
                    source->lines.push_back(std::move(line));
                source->dry = source->lines.empty();
                if (!source->dry)
                    source->position = source->lines.back().position();
            }
            const bool earlier =
                !source->lines.empty() &&
                (!first || source->lines.front().time_us() < first->lines.front().time_us());
            if (earlier)
                first = source.get();
        }
        if (!first)
            break;
        v1::LogLine &line = *batch.add_lines();
        line = std::move(first->lines.front());
        line.set_instance(first->instance);
        first->lines.pop_front();
        bytes += line.text().size();
    }
    return batch;
}

void LogHub::unwatch(const void *sink)
{
    std::erase_if(m_readers, [sink](const auto &reader) { return reader->sink.get() == sink; });
}

void LogHub::endAll(const v1::Error &error)
{
    m_timer.cancel();
    for (const auto &reader : std::exchange(m_readers, {}))
        reader->sink->end(error);
}

} // namespace slipway::fabric
