#include "views/service/chart_stack.h"

#include "models/base/words.h"
#include "views/service/chart_legend.h"
#include "views/widgets/label.h"
#include "views/widgets/segmented_control.h"

#include <QVBoxLayout>
#include <array>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr std::array kSpans_s{5 * 60, 15 * 60, 4 * 3600, 24 * 3600};
constexpr int kLiveSpans = 2; // the first ones: the hub remembers that far
constexpr int kChartHeightMin = 52;
constexpr std::uint32_t kPointsMax = 720;
constexpr int kReloadMs = 30'000;

} // namespace

ChartStack::ChartStack(PageContext &context, QWidget *parent)
    : QWidget(parent), m_context(context), m_group(new ChartGroup(this)),
      m_ranges(new SegmentedControl(context.theme, {tr("5 m"), tr("15 m"), tr("4 h"), tr("24 h")})),
      m_legend(new ChartLegend(context.theme)),
      m_note(Label::secondary(context.theme, TextRole::Body))
{
    m_ranges->setObjectName(u"chartRange"_s);
    m_ranges->setToolTip(tr("The last 5 or 15 minutes live, the last 4 or 24 hours as recorded"));
    m_ranges->setAccessibleName(tr("Time range of the charts"));
    m_legend->setObjectName(u"chartLegend"_s);
    m_note->setObjectName(u"chartNote"_s);
    m_note->setWordWrap(true);
    m_note->hide();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_legend);
    column->addWidget(m_note);
    for (const auto metric : {MetricChart::Metric::Cpu, MetricChart::Metric::Memory,
                              MetricChart::Metric::Requests, MetricChart::Metric::Latency}) {
        auto *chart = new MetricChart(context.theme, context.metrics, *m_group, metric,
                                      [this] { return m_context.session.nowMs(); });
        chart->setMinimumHeight(kChartHeightMin);
        chart->setObjectName(u"chart%1"_s.arg(int(metric)));
        m_charts << chart;
        column->addWidget(chart, 1);
    }
    m_legend->setNames({});
    m_reload.setInterval(kReloadMs);
    connect(&m_reload, &QTimer::timeout, this, [this] {
        if (isVisible() && !m_context.metrics.isPaused()) {
            load();
        }
    });
    connect(m_ranges, &SegmentedControl::currentChanged, this, &ChartStack::applyRange);
}

bool ChartStack::isLive() const
{
    return m_ranges->current() < kLiveSpans;
}

void ChartStack::setKeys(const QList<models::MetricKey> &keys, const QStringList &names)
{
    const auto shown = keys.mid(0, kKeysMax);
    m_legend->setNames(names.mid(0, kKeysMax));
    say(m_note->text());
    if (shown == m_keys) {
        return;
    }
    m_keys = shown;
    for (auto *chart : std::as_const(m_charts)) {
        chart->setKeys(shown);
    }
    applyRange();
}

void ChartStack::setMarks(const QList<ChartMark> &marks)
{
    for (auto *chart : std::as_const(m_charts)) {
        chart->setMarks(marks);
    }
}

void ChartStack::applyRange()
{
    ++m_asked;
    for (auto *chart : std::as_const(m_charts)) {
        chart->setRecorded({});
        chart->setSpan(kSpans_s[std::size_t(m_ranges->current())]);
    }
    say({});
    if (isLive()) {
        m_reload.stop();
    } else {
        m_reload.start();
        load();
    }
}

void ChartStack::load()
{
    if (m_keys.isEmpty()) {
        return;
    }
    const auto now = m_context.session.nowMs();
    ++m_asked;
    auto gathered = std::make_shared<v1::MetricBatch>();
    auto left = std::make_shared<qsizetype>(m_keys.size());
    auto problem = std::make_shared<QString>();
    // One question a key: keys of several deployments, and totals, cannot share one.
    for (const auto &key : std::as_const(m_keys)) {
        v1::MetricHistoryRequest request;
        request.set_deployment_id(key.deployment);
        if (!key.name.empty()) {
            request.add_instances(key.name);
        }
        request.set_to_time_ms(now);
        request.set_from_time_ms(now - kSpans_s[std::size_t(m_ranges->current())] * 1000LL);
        request.set_max_points(kPointsMax);
        m_context.session.queryMetrics(
            request, this,
            [this, gathered, left, problem, asked = m_asked](const Result<v1::MetricBatch> &batch) {
                if (batch) {
                    gathered->MergeFrom(*batch);
                } else {
                    *problem = models::text(batch.error().message());
                }
                if (--*left == 0 && asked == m_asked) {
                    take(*gathered, *problem);
                }
            });
    }
}

void ChartStack::say(const QString &note)
{
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    m_legend->setVisible(note.isEmpty() && m_legend->names().size() > 1);
}

void ChartStack::take(const v1::MetricBatch &batch, const QString &problem)
{
    say(!problem.isEmpty()        ? problem
        : batch.samples().empty() ? tr("No samples from that time")
                                  : QString());
    QList<models::MetricSeries> series(m_keys.size());
    for (const auto &sample : batch.samples()) {
        const auto place = m_keys.indexOf({sample.deployment_id(), sample.instance()});
        if (place >= 0) {
            series[place].append(models::metricPoint(sample));
        }
    }
    for (auto *chart : std::as_const(m_charts)) {
        chart->setRecorded(series);
    }
}

} // namespace slipway::views
