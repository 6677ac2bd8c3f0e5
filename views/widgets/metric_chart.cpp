#include "views/widgets/metric_chart.h"

#include "models/base/words.h"
#include "views/widgets/chart_canvas.h"

#include <QAreaSeries>
#include <QLineSeries>
#include <QPainter>
#include <QResizeEvent>
#include <QValueAxis>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::MetricPoint;

namespace
{

constexpr int kTitleHeight = 24;
constexpr int kTimeWidth = 72;           // of the time under the mouse, before the value
constexpr std::int64_t kOverMs = 10'000; // a live value that old is no value of now

QString titleOf(MetricChart::Metric metric)
{
    switch (metric) {
    case MetricChart::Metric::Cpu:
        return MetricChart::tr("CPU");
    case MetricChart::Metric::Memory:
        return MetricChart::tr("Memory");
    case MetricChart::Metric::Requests:
        return MetricChart::tr("Requests per second");
    case MetricChart::Metric::Latency:
        return MetricChart::tr("Latency");
    }
    return {};
}

// 1, 2 or 5 times a power of ten: the axis changes seldom.
double niceTop(double value)
{
    const double power = std::pow(10.0, std::floor(std::log10(std::max(value, 1e-3))));
    for (const double step : {1.0, 2.0, 5.0, 10.0}) {
        if (value <= step * power) {
            return step * power;
        }
    }
    return value;
}

} // namespace

QColor seriesColor(const Tokens &tokens, qsizetype index)
{
    const QList<QColor> several{
        tokens.accent, tokens.warning, tokens.ok,        tokens.between,
        tokens.bad,    tokens.text,    tokens.secondary, tokens.accent.lighter(140)};
    return several[index % several.size()];
}

void ChartGroup::hover(std::int64_t time_ms)
{
    if (std::exchange(m_hovered_ms, time_ms) != time_ms) {
        Q_EMIT hoverChanged();
    }
}

struct MetricChart::Parts {
    ChartCanvas *canvas = nullptr;
    QList<QLineSeries *> lines;
    QList<QLineSeries *> edges; // upper edges of the areas, one per line or none
};

MetricChart::MetricChart(const Theme &theme, models::MetricHub &hub, ChartGroup &group,
                         Metric metric, std::function<std::int64_t()> now_ms, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_hub(hub), m_group(group), m_metric(metric),
      m_now_ms(std::move(now_ms)), m_parts(std::make_unique<Parts>())
{
    m_parts->canvas = new ChartCanvas(theme, group, this);
    setMinimumHeight(88);
    setAccessibleName(titleOf(metric));
    connect(&hub, &models::MetricHub::ticked, this, [this] {
        if (isVisible() && !m_hub.isPaused()) {
            refresh();
        }
    });
    connect(&group, &ChartGroup::hoverChanged, this, &MetricChart::updateValue);
    connect(&theme, &Theme::changed, this, [this] {
        rebuildSeries();
        refresh();
    });
}

MetricChart::~MetricChart() = default;

void MetricChart::setKeys(const QList<models::MetricKey> &keys)
{
    if (keys == m_keys) {
        return;
    }
    m_keys = keys;
    m_recorded.clear();
    m_interests.clear();
    rebuildSeries();
    if (isVisible()) {
        follow();
    }
}

void MetricChart::setMarks(const QList<ChartMark> &marks)
{
    m_parts->canvas->setMarks(marks);
}

void MetricChart::setSpan(int seconds)
{
    m_span_s = seconds;
    refresh();
}

void MetricChart::setRecorded(const QList<models::MetricSeries> &series)
{
    if (!series.isEmpty() || !m_recorded.isEmpty()) {
        m_recorded = series;
        refresh();
    }
}

const models::MetricSeries &MetricChart::seriesAt(qsizetype index) const
{
    return index < m_recorded.size() ? m_recorded[index] : m_hub.series(m_keys[index]);
}

void MetricChart::follow()
{
    if (m_interests.isEmpty()) {
        for (const auto &key : std::as_const(m_keys)) {
            m_interests << m_hub.follow(key);
        }
    }
    refresh();
}

QColor MetricChart::colorOf(qsizetype index) const
{
    const auto &tokens = m_theme.tokens();
    if (m_keys.size() > 1) {
        return seriesColor(tokens, index);
    }
    switch (m_metric) {
    case Metric::Cpu:
        return tokens.accent;
    case Metric::Memory:
        return tokens.between;
    case Metric::Requests:
        return tokens.ok;
    case Metric::Latency:
        return tokens.warning;
    }
    return tokens.accent;
}

void MetricChart::rebuildSeries()
{
    auto *chart = m_parts->canvas->chart();
    chart->removeAllSeries();
    m_parts->lines.clear();
    m_parts->edges.clear();
    for (qsizetype i = 0; i < m_keys.size(); ++i) {
        auto *line = new QLineSeries;
        line->setPen(QPen(colorOf(i), 1.5));
        m_parts->lines << line;
        if (m_keys.size() == 1) {
            auto *edge = new QLineSeries;
            auto *area = new QAreaSeries(edge);
            edge->setParent(area);
            auto fill = colorOf(i);
            fill.setAlphaF(m_theme.isDark() ? 0.20F : 0.13F);
            area->setBrush(fill);
            area->setPen(Qt::NoPen);
            m_parts->canvas->add(area);
            m_parts->edges << edge;
        }
        m_parts->canvas->add(line);
    }
    m_parts->canvas->applyTheme();
}

double MetricChart::valueOf(const MetricPoint &point) const
{
    switch (m_metric) {
    case Metric::Cpu:
        return point.cpu_percent;
    case Metric::Memory:
        return point.memory_mb;
    case Metric::Requests:
        return point.requests_per_s;
    case Metric::Latency:
        return point.latency_p95_ms;
    }
    return 0;
}

QString MetricChart::wordsOf(const MetricPoint &point) const
{
    constexpr double kMegabyte = 1024.0 * 1024.0;
    switch (m_metric) {
    case Metric::Cpu:
        return models::percentWords(std::uint32_t(point.cpu_percent * 10));
    case Metric::Memory: {
        const auto used = models::countWords(std::uint64_t(point.memory_mb));
        const auto limit = models::megabytesWords(std::uint64_t(point.memory_limit_mb * kMegabyte));
        return point.memory_limit_mb > 0 ? tr("%1 of %2").arg(used, limit)
                                         : QString(used + u" MB"_s);
    }
    case Metric::Requests: {
        const auto requests = models::rateWords(point.requests_per_s);
        return point.errors_per_s > 0
                   ? tr("%1, %2 errors").arg(requests, models::rateWords(point.errors_per_s))
                   : requests;
    }
    case Metric::Latency:
        // Without an answer there is no latency, and nought would be a very good one.
        return valueOf(point) > 0 ? latencyOf(point) : u"–"_s;
    }
    return {};
}

// "p50 8 · p95 29 · p99 41 ms"
QString MetricChart::latencyOf(const MetricPoint &point) const
{
    const auto words = [](double ms) { return models::latencyWords(std::uint32_t(ms * 1000)); };
    if (m_keys.size() > 1) {
        return tr("p95 %1").arg(words(point.latency_p95_ms));
    }
    const auto worst = words(point.latency_p99_ms);
    const auto unit = worst.mid(worst.lastIndexOf(u' '));
    const auto bare = [&](double ms) {
        auto value = words(ms);
        if (value.endsWith(unit)) {
            value.chop(unit.size()); // said once, at the end
        }
        return value;
    };
    const auto most = tr("p50 %1 · p95 %2 · p99 %3")
                          .arg(bare(point.latency_p50_ms), bare(point.latency_p95_ms), worst);
    const auto all = tr("average %1 · %2").arg(bare(point.latency_avg_ms), most);
    const QFontMetrics metrics(m_theme.font(TextRole::Strong));
    const int room =
        width() - kTitleHeight - kTimeWidth - metrics.horizontalAdvance(titleOf(m_metric));
    return point.latency_avg_ms > 0 && metrics.horizontalAdvance(all) <= room ? all : most;
}

void MetricChart::refresh()
{
    const double now = double(m_now_ms());
    double top = 0;
    for (qsizetype i = 0; i < m_keys.size() && i < m_parts->lines.size(); ++i) {
        QList<QPointF> points;
        for (const auto &point : seriesAt(i).points()) {
            if (double(point.time_ms) >= now - m_span_s * 1000.0) {
                points << QPointF(double(point.time_ms), valueOf(point));
                top = std::max(top, valueOf(point));
            }
        }
        m_parts->lines[i]->replace(points);
        if (i < m_parts->edges.size()) {
            m_parts->edges[i]->replace(points);
        }
    }
    refreshAxis(top);
    updateValue();
}

void MetricChart::refreshAxis(double top)
{
    const auto now = m_now_ms();
    m_parts->canvas->setTimes(now - m_span_s * 1000LL, now);
    const double wanted = niceTop(std::max(top * 1.1, m_metric == Metric::Cpu ? 50.0 : 1.0));
    m_parts->canvas->setTop(m_metric == Metric::Cpu ? std::min(wanted, 100.0) : wanted);
}

const MetricPoint *MetricChart::pointAt(qsizetype index, std::int64_t time_ms) const
{
    const auto &points = seriesAt(index).points();
    if (points.empty()) {
        return nullptr;
    }
    const auto after = std::lower_bound(
        points.begin(), points.end(), time_ms,
        [](const MetricPoint &point, std::int64_t t) { return point.time_ms < t; });
    if (after == points.end()) {
        return &points.back();
    }
    const bool earlier =
        after != points.begin() && time_ms - std::prev(after)->time_ms < after->time_ms - time_ms;
    return earlier ? &*std::prev(after) : &*after;
}

// Recorded points stand for longer times, the last one until the next are read.
bool MetricChart::isShownAt(const MetricPoint &point, std::int64_t time_ms) const
{
    return !m_recorded.isEmpty() || std::abs(point.time_ms - time_ms) <= kOverMs;
}

void MetricChart::updateValue()
{
    const auto hovered = m_group.hovered();
    const auto when = hovered == 0 ? m_now_ms() : hovered;
    const MetricPoint *highest = nullptr;
    for (qsizetype i = 0; i < m_keys.size(); ++i) {
        const auto *point = pointAt(i, when);
        if (point != nullptr && isShownAt(*point, when) &&
            (highest == nullptr || valueOf(*point) > valueOf(*highest))) {
            highest = point;
        }
    }
    m_value = highest == nullptr  ? u"–"_s
              : m_keys.size() > 1 ? tr("highest %1").arg(wordsOf(*highest))
                                  : wordsOf(*highest);
    if (hovered != 0) {
        m_value = models::timeWords(hovered) + u"   "_s + m_value;
    }
    update();
}

void MetricChart::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRectF row(0, 0, width(), kTitleHeight);
    painter.setFont(m_theme.font(TextRole::Body));
    painter.setPen(m_theme.tokens().secondary);
    painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, titleOf(m_metric));
    painter.setFont(m_theme.font(TextRole::Strong));
    painter.setPen(m_theme.tokens().text);
    drawTabular(painter, row, Qt::AlignRight, m_value);
}

void MetricChart::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_parts->canvas->setGeometry(0, kTitleHeight, width(), height() - kTitleHeight);
}

void MetricChart::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    follow();
}

void MetricChart::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_interests.clear();
}

} // namespace slipway::views
