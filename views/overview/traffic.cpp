#include "views/overview/traffic.h"

#include <algorithm>

namespace slipway::views
{

namespace
{

constexpr std::int64_t kSecondMs = 1000;
constexpr std::int64_t kSilentMs = 5000;

} // namespace

Traffic::Traffic(const models::Session &session, models::MetricHub &metrics, QObject *parent)
    : QObject(parent), m_session(session), m_store(session.store()), m_metrics(metrics)
{
    m_second.setInterval(int(kSecondMs));
    connect(&m_second, &QTimer::timeout, this, [this] {
        if (isSilent()) {
            addUp();
        }
    });
    connect(&metrics, &models::MetricHub::ticked, this, [this] {
        if (m_listening != nullptr) {
            addUp();
        }
    });
    connect(&m_store, &models::FabricStore::changed, this, [this](const models::StoreDelta &delta) {
        if (m_listening != nullptr && (delta.snapshot || !delta.deployments.empty())) {
            followDeployments();
        }
    });
}

void Traffic::start()
{
    m_listening = m_metrics.listen();
    m_second.start();
    followDeployments();
    addUp();
}

void Traffic::stop()
{
    m_second.stop();
    m_followed.clear();
    m_listening.reset();
}

void Traffic::followDeployments()
{
    std::erase_if(m_followed, [this](const auto &followed) {
        return m_store.deployment(followed.first) == nullptr;
    });
    for (const auto &[id, deployment] : m_store.deployments()) {
        if (!m_followed.contains(id)) {
            m_followed[id] = m_metrics.follow({id, {}});
        }
    }
}

// Without an answering fabric nobody knows.
bool Traffic::isSilent() const
{
    const auto since_ms = m_session.nowMs() - kSilentMs;
    return m_session.isLive() &&
           std::none_of(m_followed.begin(), m_followed.end(), [this, since_ms](const auto &one) {
               const models::MetricKey key{one.first, {}};
               const auto *latest = m_metrics.latest(key);
               const auto &points = m_metrics.series(key).points(); // known before the next batch
               return (latest != nullptr && latest->time_ms() > since_ms) ||
                      (!points.empty() && points.back().time_ms > since_ms);
           });
}

// A deployment without a sample in a second had no traffic in it.
void Traffic::addUp()
{
    std::map<std::int64_t, TrafficPoint> by_second;
    for (const auto &followed : m_followed) {
        const auto &points = m_metrics.series({followed.first, {}}).points();
        for (const auto &point : points) {
            auto &sum = by_second[point.time_ms / kSecondMs];
            sum.time_ms = point.time_ms;
            sum.requests_per_s += point.requests_per_s;
            sum.errors_per_s += point.errors_per_s;
        }
    }
    // From the last sample on there was none; the curve falls at once, not over the whole pause.
    if (!by_second.empty() && isSilent()) {
        for (const auto time_ms :
             {by_second.rbegin()->second.time_ms + kSecondMs, m_session.nowMs()}) {
            by_second.try_emplace(time_ms / kSecondMs, TrafficPoint{time_ms, 0, 0});
        }
    }
    m_points.clear();
    for (const auto &[second, point] : by_second) {
        if (second + kSpanSeconds > by_second.rbegin()->first) {
            m_points << point;
        }
    }
    Q_EMIT changed();
}

TrafficPoint Traffic::now() const
{
    return m_points.isEmpty() ? TrafficPoint{} : m_points.last();
}

} // namespace slipway::views
