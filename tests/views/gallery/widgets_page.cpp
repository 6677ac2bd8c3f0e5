#include "tests/views/gallery/widgets_page.h"

#include "models/base/words.h"
#include "models/session/session.h"
#include "views/widgets/buttons.h"
#include "views/widgets/card.h"
#include "views/widgets/copy_link.h"
#include "views/widgets/headline_number.h"
#include "views/widgets/metric_chart.h"
#include "views/widgets/search_field.h"
#include "views/widgets/segmented_control.h"
#include "views/widgets/sparkline.h"
#include "views/widgets/state_pill.h"
#include "views/widgets/timeline_list.h"

#include <QTabBar>
#include <QVBoxLayout>

namespace slipway::test
{

using namespace Qt::StringLiterals;
using namespace views;
using models::InstanceModel;
using Column = InstanceModel::Column;

WidgetsPage::WidgetsPage(PageContext &context)
    : m_context(context), m_instances(context.store, context.metrics, u"guestbook"_s),
      m_production(context.store, context.metrics, "guestbook", v1::PRODUCTION),
      m_staging(context.store, context.metrics, "guestbook", v1::STAGING),
      m_events(context.session,
               {.service = "guestbook", .deployment = {}, .instance = {}, .host = {}})
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(space::kPageMargin, 20, space::kPageMargin, 16);
    column->setSpacing(12);
    column->addWidget(makeHeader());
    column->addWidget(makeSlots());
    auto *tabs = new QTabBar;
    tabs->setDrawBase(false);
    for (const auto &name : {u"Instances"_s, u"Roles"_s, u"Monitor"_s, u"Logs"_s, u"Activity"_s}) {
        tabs->addTab(name);
    }
    auto *tab_row = new QHBoxLayout;
    tab_row->addWidget(tabs);
    tab_row->addStretch(1);
    auto *search = new SearchField(context.theme, tr("Filter instances"));
    search->setHint(u"/"_s);
    search->setFixedWidth(200);
    m_filter = search;
    tab_row->addWidget(search);
    tab_row->addWidget(new SegmentedControl(context.theme, {tr("Table"), tr("Map")}));
    column->addLayout(tab_row);
    auto *left = new QVBoxLayout;
    left->setSpacing(space::kCardGap);
    left->addWidget(makeTable(), 2);
    left->addWidget(makeTimeline(), 1);
    auto *row = new QHBoxLayout;
    row->setSpacing(space::kCardGap);
    row->addLayout(left, 5);
    row->addWidget(makeCharts(), 3);
    column->addLayout(row, 1);
    connect(search, &QLineEdit::textChanged, this,
            [this](const QString &text) { m_table->proxy().setFilterText(text); });
}

QList<Crumb> WidgetsPage::breadcrumb() const
{
    return {{u"Services"_s, {PageId::Services, {}, {}}}, {title(), place()}};
}

void WidgetsPage::onShown()
{
    m_interest = m_context.metrics.listen();
}

void WidgetsPage::onHidden()
{
    m_interest.reset();
}

bool WidgetsPage::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    return true;
}

QWidget *WidgetsPage::makeHeader()
{
    auto *header = new QWidget;
    auto *row = new QHBoxLayout(header);
    row->setContentsMargins(0, 0, 0, 0);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    auto *title_row = new QHBoxLayout;
    title_row->setSpacing(12);
    title_row->addWidget(new Label(m_context.theme, TextRole::PageTitle, title()));
    auto *pill = new StatePill(m_context.theme);
    pill->setHealth(m_production.health());
    title_row->addWidget(pill);
    title_row->addStretch(1);
    words->addLayout(title_row);
    words->addWidget(Label::secondary(m_context.theme, TextRole::Body,
                                      u"2 roles · 7 instances · 2 fault domains · 0.84 EUR / h"_s));
    row->addLayout(words, 1);
    row->addWidget(makeButton(m_context.theme, ButtonKind::Primary, tr("Deploy…"), u"upload"_s));
    row->addWidget(makeButton(m_context.theme, ButtonKind::Normal, tr("More"), u"more"_s));
    return header;
}

QWidget *WidgetsPage::makeSlots()
{
    auto *both = new QWidget;
    auto *row = new QHBoxLayout(both);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::kCardGap);
    row->addWidget(makeSlotCard(m_production), 1);
    auto *middle = new QVBoxLayout;
    auto *swap = makeButton(m_context.theme, ButtonKind::Primary, tr("Swap"), u"swap"_s);
    middle->addStretch(1);
    middle->addWidget(swap);
    middle->addWidget(Label::secondary(m_context.theme, TextRole::Label, tr("1 check fails")), 0,
                      Qt::AlignHCenter);
    middle->addStretch(1);
    row->addLayout(middle);
    row->addWidget(makeSlotCard(m_staging), 1);
    return both;
}

QWidget *WidgetsPage::makeSlotCard(models::DeploymentSummary &slot)
{
    const auto &theme = m_context.theme;
    const bool production = slot.slotKind() == v1::PRODUCTION;
    const auto hue = production ? theme.tokens().ok : theme.tokens().between;
    auto *card = new Card(theme);
    card->setEdge(hue);
    auto *over = new Label(theme, TextRole::Overline, models::slotWord(slot.slotKind()).toUpper());
    over->setTone(production ? u"ok"_s : u"between"_s);
    card->body()->addWidget(over);
    auto *title = new Label(theme, TextRole::CardTitle, slot.label());
    title->setElided(true);
    auto *title_row = new QHBoxLayout;
    title_row->addWidget(title, 1);
    auto *pill = new StatePill(theme);
    pill->setState(slot.health().condition, slot.health().word);
    title_row->addWidget(pill);
    card->body()->addLayout(title_row);
    card->body()->addWidget(
        Label::secondary(theme, TextRole::Mono, slot.digest() + u" · deployed 3 d ago"_s));
    auto *link = new CopyLink(theme, m_context.prompter);
    link->setAddress(slot.addresses().value(0));
    card->body()->addWidget(link);
    auto *numbers = new QHBoxLayout;
    numbers->setSpacing(28);
    const QString ready =
        QString::number(slot.tally().ready()) + u" / "_s + QString::number(slot.tally().total);
    for (const auto &[label, value] :
         {std::pair(tr("Ready"), ready), std::pair(tr("Requests/s"), u"1,284"_s),
          std::pair(tr("p95"), u"11 ms"_s), std::pair(tr("Errors"), u"0"_s)}) {
        auto *number = new HeadlineNumber(theme, label);
        number->setValue(value);
        numbers->addWidget(number);
    }
    auto *spark = new Sparkline(theme);
    spark->setColor(hue);
    QList<double> values;
    for (int i = 0; i < 120; ++i) {
        values << 50 + 9 * ((i * 7919) % 13) / 13.0 + 6 * ((i / 9) % 3);
    }
    spark->setValues(values);
    numbers->addWidget(spark, 1);
    card->body()->addLayout(numbers);
    return card;
}

QWidget *WidgetsPage::makeTable()
{
    auto *card = new Card(m_context.theme);
    card->setBodyMargins(0);
    m_table = new DataTable(m_context.theme);
    m_table->show(m_instances,
                  {{int(Column::Name), CellKind::Strong, 150, true},
                   {int(Column::State), CellKind::State, 124},
                   {int(Column::Size), CellKind::Text, 76},
                   {int(Column::Host), CellKind::Text, 74},
                   {int(Column::FaultDomain), CellKind::Number, 44},
                   {int(Column::UpdateDomain), CellKind::Number, 44},
                   {int(Column::Cpu), CellKind::Bar, 66},
                   {int(Column::Memory), CellKind::Bar, 84},
                   {int(Column::Requests), CellKind::Number, 66},
                   {int(Column::Uptime), CellKind::Age, 66}},
                  [this] { return m_context.session.nowMs(); });
    m_table->setEmptyText(tr("No instance fits the filter"));
    card->body()->addWidget(m_table);
    return card;
}

QWidget *WidgetsPage::makeCharts()
{
    auto *card = new Card(m_context.theme, u"WebRole_IN_1"_s);
    card->titleRow()->addWidget(
        makeButton(m_context.theme, ButtonKind::Link, tr("Pause"), u"pause"_s));
    auto *group = new ChartGroup(this);
    for (const auto metric : {MetricChart::Metric::Cpu, MetricChart::Metric::Memory,
                              MetricChart::Metric::Requests, MetricChart::Metric::Latency}) {
        auto *chart = new MetricChart(m_context.theme, m_context.metrics, *group, metric,
                                      [this] { return m_context.session.nowMs(); });
        chart->setKeys({{kProductionId, "WebRole_IN_1"}});
        chart->setMarks({{kSampleNowMs - 150'000, tr("swap")}});
        card->body()->addWidget(chart, 1);
    }
    return card;
}

QWidget *WidgetsPage::makeTimeline()
{
    auto *card = new Card(m_context.theme, tr("Timeline"));
    card->body()->addWidget(new TimelineList(m_context.theme, m_events));
    return card;
}

} // namespace slipway::test
