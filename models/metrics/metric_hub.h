// The one metrics subscription of the portal, shared by all who show numbers. It runs while anybody
// listens; whole series are kept only for what a chart shows, the latest sample for everything.
#pragma once

#include "models/metrics/metric_series.h"
#include "models/session/session.h"

#include <QObject>
#include <QTimer>
#include <memory>
#include <unordered_map>

namespace slipway::models
{

// An instance, or with an empty name the deployment's total.
using MetricKey = InstanceId;

class MetricHub : public QObject
{
    Q_OBJECT

public:
    explicit MetricHub(Session &session, QObject *parent = nullptr);
    ~MetricHub() override;

    // Both are tokens: dropping the last copy ends the interest a little later.
    using Interest = std::shared_ptr<void>;
    Interest listen();                     // latest samples
    Interest follow(const MetricKey &key); // and the series of one key, with its past

    // nullptr: nothing was measured in the last seconds.
    const v1::MetricSample *latest(const MetricKey &key) const;
    // Empty until somebody follows the key.
    const MetricSeries &series(const MetricKey &key) const;
    double requestsPerSecond(const std::string &deployment) const;

    // Paused charts stand still; the series go on underneath.
    bool isPaused() const { return m_paused; }
    void setPaused(bool paused);

Q_SIGNALS:
    void ticked(); // once per batch
    void pausedChanged(bool paused);

private:
    struct Followed {
        MetricSeries series;
        int interests = 0;
    };

    void onBatch(const std::vector<v1::MetricSample> &samples);
    void update();
    void loadPast(const MetricKey &key);
    void unfollow(const MetricKey &key);

    Session &m_session;
    Inbox<std::vector<v1::MetricSample>> m_inbox;
    std::shared_ptr<GuiHop> m_hop;
    std::unique_ptr<client::Subscription> m_stream;
    std::unordered_map<MetricKey, v1::MetricSample, InstanceIdHash> m_latest;
    std::unordered_map<MetricKey, Followed, InstanceIdHash> m_followed;
    int m_listeners = 0;
    bool m_paused = false;
    QTimer m_settle;
};

} // namespace slipway::models
