// The traffic of all deployments together, second by second, while somebody looks.
#pragma once

#include "models/metrics/metric_hub.h"

#include <QList>
#include <QObject>
#include <QTimer>
#include <map>

namespace slipway::views
{

struct TrafficPoint {
    std::int64_t time_ms = 0;
    double requests_per_s = 0;
    double errors_per_s = 0;
};

class Traffic : public QObject
{
    Q_OBJECT

public:
    static constexpr int kSpanSeconds = 300;

    Traffic(const models::Session &session, models::MetricHub &metrics, QObject *parent = nullptr);

    void start(); // while the page is shown
    void stop();
    // Oldest first, at most kSpanSeconds. Empty: nothing was measured yet.
    const QList<TrafficPoint> &points() const { return m_points; }
    // The last second; a zero time: nothing was measured lately.
    TrafficPoint now() const;

Q_SIGNALS:
    void changed();

private:
    void followDeployments();
    void addUp();
    bool isSilent() const; // nothing runs any more that could have traffic

    const models::Session &m_session;
    const models::FabricStore &m_store;
    models::MetricHub &m_metrics;
    std::map<std::string, models::MetricHub::Interest> m_followed; // by deployment
    models::MetricHub::Interest m_listening;
    QList<TrafficPoint> m_points;
    QTimer m_second; // where nothing is measured no batch comes, either
};

} // namespace slipway::views
