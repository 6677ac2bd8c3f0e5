#include "models/metrics/metric_hub.h"

namespace slipway::models
{

namespace
{

constexpr int kSettleMs = 500; // pages change hands without ending the stream
constexpr std::int64_t kForgetMs = 5000;
constexpr std::size_t kPendingMax = 400'000; // samples; a GUI that slow starts afresh

} // namespace

MetricHub::MetricHub(Session &session, QObject *parent)
    : QObject(parent), m_session(session),
      m_inbox([this](const std::vector<v1::MetricSample> &samples) { onBatch(samples); }),
      m_hop(std::make_shared<GuiHop>(this))
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    connect(&m_settle, &QTimer::timeout, this, &MetricHub::update);
    connect(&session, &Session::stateChanged, this, [this](Session::State state) {
        if (state != Session::State::Live) {
            m_stream.reset();
        }
        update();
    });
}

MetricHub::~MetricHub()
{
    m_hop->close();
}

MetricHub::Interest MetricHub::listen()
{
    ++m_listeners;
    update();
    return {this, [hub = QPointer<MetricHub>(this)](void *) {
                if (hub != nullptr && --hub->m_listeners == 0) {
                    hub->m_settle.start();
                }
            }};
}

MetricHub::Interest MetricHub::follow(const MetricKey &key)
{
    if (m_followed[key].interests++ == 0) {
        loadPast(key);
    }
    return {this, [hub = QPointer<MetricHub>(this), key, listening = listen()](void *) {
                if (hub != nullptr) {
                    hub->unfollow(key);
                }
            }};
}

void MetricHub::unfollow(const MetricKey &key)
{
    const auto found = m_followed.find(key);
    if (found != m_followed.end() && --found->second.interests == 0) {
        m_followed.erase(found);
    }
}

const v1::MetricSample *MetricHub::latest(const MetricKey &key) const
{
    const auto found = m_latest.find(key);
    return found == m_latest.end() ? nullptr : &found->second;
}

const MetricSeries &MetricHub::series(const MetricKey &key) const
{
    static const MetricSeries kNone;
    const auto found = m_followed.find(key);
    return found == m_followed.end() ? kNone : found->second.series;
}

double MetricHub::requestsPerSecond(const std::string &deployment) const
{
    const auto *sample = latest({deployment, {}});
    return sample == nullptr ? 0.0 : metricPoint(*sample).requests_per_s;
}

void MetricHub::setPaused(bool paused)
{
    if (std::exchange(m_paused, paused) != paused) {
        Q_EMIT pausedChanged(paused);
    }
}

void MetricHub::update()
{
    if (m_listeners == 0 || !m_session.isLive()) {
        m_stream.reset();
        return;
    }
    if (m_stream != nullptr) {
        return;
    }
    auto sender = m_inbox.newEpoch();
    m_stream = m_session.client().watchMetrics(
        v1::MetricsRequest(),
        [sender](const v1::MetricBatch &batch) {
            sender.send([&batch](std::vector<v1::MetricSample> &pending) {
                if (pending.size() > kPendingMax) {
                    pending.clear();
                }
                pending.insert(pending.end(), batch.samples().begin(), batch.samples().end());
            });
        },
        [hop = m_hop, this](const v1::Error &) {
            hop->post([this] {
                m_stream.reset();
                m_settle.start();
            });
        });
}

void MetricHub::onBatch(const std::vector<v1::MetricSample> &samples)
{
    // Where nothing runs any more the batches are empty: what was measured last is over as well.
    std::int64_t newest = samples.empty() ? m_session.nowMs() : 0;
    for (const auto &sample : samples) {
        MetricKey key{sample.deployment_id(), sample.instance()};
        newest = std::max(newest, sample.time_ms());
        if (const auto found = m_followed.find(key); found != m_followed.end()) {
            found->second.series.append(metricPoint(sample));
        }
        m_latest.insert_or_assign(std::move(key), sample);
    }
    std::erase_if(m_latest, [newest](const auto &entry) {
        return entry.second.time_ms() < newest - kForgetMs;
    });
    Q_EMIT ticked();
}

void MetricHub::loadPast(const MetricKey &key)
{
    v1::MetricHistoryRequest request;
    request.set_deployment_id(key.deployment);
    if (!key.name.empty()) {
        request.add_instances(key.name);
    }
    request.set_to_time_ms(m_session.nowMs());
    request.set_from_time_ms(request.to_time_ms() -
                             static_cast<std::int64_t>(MetricSeries::kPointsMax) * 1000);
    request.set_max_points(MetricSeries::kPointsMax);
    m_session.queryMetrics(request, this, [this, key](Result<v1::MetricBatch> past) {
        const auto found = m_followed.find(key);
        if (!past || found == m_followed.end()) {
            return;
        }
        std::deque<MetricPoint> older;
        for (const auto &sample : past->samples()) {
            if (sample.instance() == key.name) {
                older.push_back(metricPoint(sample));
            }
        }
        found->second.series.prepend(older);
        Q_EMIT ticked();
    });
}

} // namespace slipway::models
