// CPU, memory, requests and latency of one or several instances, one crosshair over all; live, or
// from the fabric's memory of the last hours.
#pragma once

#include "models/metrics/metric_series.h"
#include "views/service/service_models.h"
#include "views/widgets/metric_chart.h"

#include <QTimer>
#include <QWidget>

namespace slipway::views
{

class ChartLegend;
class Label;
class SegmentedControl;

class ChartStack : public QWidget
{
    Q_OBJECT

public:
    static constexpr qsizetype kKeysMax = 8;

    ChartStack(PageContext &context, QWidget *parent = nullptr);
    // Several: a line each, named in the legend. More than eight: the first eight.
    void setKeys(const QList<models::MetricKey> &keys, const QStringList &names);
    void setMarks(const QList<ChartMark> &marks);
    SegmentedControl *ranges() const { return m_ranges; }

private:
    void applyRange();
    bool isLive() const;
    void load(); // recorded series, in one question
    void take(const v1::MetricBatch &batch, const QString &problem);
    void say(const QString &note); // in the legend's place; empty: the legend

    PageContext &m_context;
    ChartGroup *m_group;
    SegmentedControl *m_ranges;
    ChartLegend *m_legend;
    Label *m_note; // why recorded charts are empty
    QList<MetricChart *> m_charts;
    QList<models::MetricKey> m_keys;
    std::uint64_t m_asked = 0;
    QTimer m_reload;
};

} // namespace slipway::views
