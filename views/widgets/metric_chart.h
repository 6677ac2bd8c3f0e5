// Small, unframed live charts: title at the left, value with its unit and limit at the right, one
// crosshair over all charts of a group.
#pragma once

#include "models/metrics/metric_hub.h"
#include "views/theme/theme.h"

#include <QChartView>
#include <QList>
#include <QWidget>
#include <functional>

class QAreaSeries;
class QChart;
class QLineSeries;
class QValueAxis;

namespace slipway::views
{

// A thin dashed mark: a swap, a deployment, a scaling, a healing.
struct ChartMark {
    std::int64_t time_ms = 0;
    QString text;
};

// The charts of a page share the time under the mouse; 0: none.
class ChartGroup : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;
    std::int64_t hovered() const { return m_hovered_ms; }
    void hover(std::int64_t time_ms);

Q_SIGNALS:
    void hoverChanged();

private:
    std::int64_t m_hovered_ms = 0;
};

// The colour of the n-th of several lines, the same in every chart and legend.
QColor seriesColor(const Tokens &tokens, qsizetype index);

class MetricChart : public QWidget
{
    Q_OBJECT

public:
    // Requests tell errors, too; the curve of the latency is its p95, its words are all of it.
    enum class Metric { Cpu, Memory, Requests, Latency };

    // `now_ms` is the right edge of the time axis.
    MetricChart(const Theme &theme, models::MetricHub &hub, ChartGroup &group, Metric metric,
                std::function<std::int64_t()> now_ms, QWidget *parent = nullptr);
    ~MetricChart() override;

    // One curve with its area, or several lines in different colours (their names in the value's
    // place). The chart follows the keys' series while it is visible.
    void setKeys(const QList<models::MetricKey> &keys);
    void setMarks(const QList<ChartMark> &marks);
    void setSpan(int seconds); // of the time axis; default five minutes
    // One series a key, from the fabric's memory, instead of the live ones; empty: live again.
    void setRecorded(const QList<models::MetricSeries> &series);
    QString valueText() const { return m_value; }

    struct Parts; // Qt Charts' objects

protected:
    void paintEvent(QPaintEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void follow();
    void rebuildSeries();
    void refresh();
    void refreshAxis(double top);
    void updateValue();
    double valueOf(const models::MetricPoint &point) const;
    QString wordsOf(const models::MetricPoint &point) const;
    QString latencyOf(const models::MetricPoint &point) const; // as much as there is room for
    // The point nearest to a time; nullptr: there is none.
    const models::MetricPoint *pointAt(qsizetype index, std::int64_t time_ms) const;
    bool isShownAt(const models::MetricPoint &point, std::int64_t time_ms) const;
    const models::MetricSeries &seriesAt(qsizetype index) const;
    QColor colorOf(qsizetype index) const;

    const Theme &m_theme;
    models::MetricHub &m_hub;
    ChartGroup &m_group;
    Metric m_metric;
    std::function<std::int64_t()> m_now_ms;
    QList<models::MetricKey> m_keys;
    QList<models::MetricHub::Interest> m_interests;
    QList<models::MetricSeries> m_recorded;
    int m_span_s = 300;
    QString m_value;
    std::unique_ptr<Parts> m_parts;
};

} // namespace slipway::views
