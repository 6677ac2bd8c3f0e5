#include "backend/fabric/event_limiter.h"

#include <algorithm>
#include <utility>

namespace slipway::fabric
{

namespace
{

constexpr int kAllowanceMax = 30;
constexpr std::int64_t kRefillEvery_ms = 10'000; // one more
constexpr std::int64_t kSummaryEvery_ms = 60'000;
constexpr std::size_t kSourcesMax = 20'000;
constexpr std::size_t kTextBytesMax = 4096;
constexpr char kSummaryKind[] = "MoreLikeThis";

// Cuts between characters: the contract's strings are UTF-8.
void shorten(std::string &text)
{
    if (text.size() <= kTextBytesMax)
        return;
    std::size_t end = kTextBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
    text += "...";
}

bool isLimited(const v1::Event &event)
{
    return event.actor().empty() && event.operation_id().empty() && event.kind() != kSummaryKind;
}

} // namespace

void EventLimiter::limit(std::vector<v1::Change> &changes, std::int64_t now_ms)
{
    for (v1::Change &change : changes) {
        if (!change.has_event())
            continue;
        shorten(*change.mutable_event()->mutable_message());
        shorten(*change.mutable_event()->mutable_cause());
        shorten(*change.mutable_event()->mutable_reaction());
    }
    std::erase_if(changes, [&](const v1::Change &change) {
        return change.has_event() && !admit(change.event(), now_ms);
    });
}

bool EventLimiter::admit(const v1::Event &event, std::int64_t now_ms)
{
    if (!isLimited(event))
        return true;
    const std::string key = event.kind() + '\n' + event.deployment_id() + '\n' + event.instance() +
                            '\n' + event.host() + '\n' + event.service();
    if (!m_sources.contains(key) && m_sources.size() >= kSourcesMax)
        return true; // so many different things at once are news
    Source &source =
        m_sources.try_emplace(key, Source{kAllowanceMax, now_ms, 0, 0, {}}).first->second;
    source.refill(now_ms);
    if (source.allowance > 0) {
        --source.allowance;
        return true;
    }
    if (source.left_out++ == 0)
        source.since_ms = now_ms;
    source.last = event;
    return false;
}

std::vector<v1::Happening> EventLimiter::takeSummaries(std::int64_t now_ms)
{
    for (auto &[key, source] : m_sources)
        source.refill(now_ms);
    std::erase_if(m_sources, [](const auto &entry) { // one that is full again is as good as none
        return entry.second.left_out == 0 && entry.second.allowance == kAllowanceMax;
    });
    std::vector<v1::Happening> summaries;
    for (auto &[key, source] : m_sources) {
        const bool due = now_ms < source.since_ms || now_ms - source.since_ms >= kSummaryEvery_ms;
        if (source.left_out > 0 && due)
            summaries.push_back(source.summary(now_ms));
    }
    return summaries;
}

void EventLimiter::Source::refill(std::int64_t now_ms)
{
    const std::int64_t refills = std::max<std::int64_t>(0, now_ms - filled_ms) / kRefillEvery_ms;
    allowance = int(std::min<std::int64_t>(kAllowanceMax, allowance + refills));
    filled_ms += refills * kRefillEvery_ms;
    filled_ms = std::min(filled_ms, now_ms); // the clock was set back
}

v1::Happening EventLimiter::Source::summary(std::int64_t now_ms)
{
    v1::Happening summary;
    summary.set_deployment_id(last.deployment_id());
    summary.set_instance(last.instance());
    summary.set_time_ms(now_ms);
    summary.set_severity(last.severity());
    summary.set_kind(kSummaryKind);
    summary.set_message(std::to_string(std::exchange(left_out, 0)) +
                        " more like this: " + last.message());
    summary.set_cause(last.cause());
    summary.set_reaction("they were counted, not kept");
    return summary;
}

} // namespace slipway::fabric
