#include "views/overview/traffic.h"

namespace slipway::views
{

namespace
{

constexpr std::int64_t kSecondMs = 1000;

} // namespace

Traffic::Traffic(const models::FabricStore &store, models::MetricHub &metrics, QObject *parent)
    : QObject(parent), m_store(store), m_metrics(metrics)
{
    connect(&metrics, &models::MetricHub::ticked, this, [this] {
        if (m_listening != nullptr) {
            addUp();
        }
    });
    connect(&store, &models::FabricStore::changed, this, [this](const models::StoreDelta &delta) {
        if (m_listening != nullptr && (delta.snapshot || !delta.deployments.empty())) {
            followDeployments();
        }
    });
}

void Traffic::start()
{
    m_listening = m_metrics.listen();
    followDeployments();
    addUp();
}

void Traffic::stop()
{
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
