// pauses_benchmark [ROWS] [LINES]: the longest time for which the GUI thread does nothing else,
// seen by a timer of 5 ms, while a large table changes and a large log is filtered. Prints a line
// each: the pause by the clock, and the longest that the thread itself worked without a turn of the
// timer, which a machine that is busy with other things does not lengthen.
#include "models/instances/instance_model.h"
#include "models/logs/log_model.h"
#include "tests/support/portal_harness.h"
#include "views/widgets/data_table.h"
#include "views/widgets/log_view.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLineEdit>
#include <QScrollBar>
#include <QTimer>
#include <cstdio>
#include <ctime>
#include <thread>

using namespace slipway;
using namespace Qt::StringLiterals;
using Column = models::InstanceModel::Column;

namespace
{

constexpr int kTickMs = 5;
constexpr int kChangesPerSecond = 1000;
constexpr int kPhaseMs = 5000;

// The longest gap between two turns of a timer that wants to run every 5 ms.
class PauseMeter : public QObject
{
public:
    PauseMeter()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(kTickMs);
        QObject::connect(&m_timer, &QTimer::timeout, this, [this] { tick(); });
    }
    // Runs the event loop for `ms` after `act`, and prints the longest pause of it all.
    template <typename Act> void measure(const char *what, int ms, Act act)
    {
        m_longest_ms = 0;
        m_longest_work_ms = 0;
        m_worked_ms = workedMs();
        m_since.start();
        m_timer.start();
        QTest::qWait(3 * kTickMs);
        act();
        QTest::qWait(ms);
        tick();
        m_timer.stop();
        std::printf("%-56s %5lld ms  (own work %.0f ms)\n", what,
                    static_cast<long long>(m_longest_ms), m_longest_work_ms);
        std::fflush(stdout);
    }

private:
    void tick()
    {
        m_longest_ms = std::max(m_longest_ms, m_since.restart());
        const double worked = workedMs();
        m_longest_work_ms =
            std::max(m_longest_work_ms, worked - std::exchange(m_worked_ms, worked));
    }
    static double workedMs() // processor time of this thread
    {
        timespec now{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return double(now.tv_sec) * 1000 + double(now.tv_nsec) / 1e6;
    }

    QTimer m_timer;
    QElapsedTimer m_since;
    qint64 m_longest_ms = 0;
    double m_longest_work_ms = 0;
    double m_worked_ms = 0;
};

std::vector<v1::Change> manyInstances(int rows)
{
    auto state = test::sampleState({.web_instances = 0});
    for (int i = 0; i < rows; ++i) {
        auto instance = test::sampleInstance(test::kProductionId, "WebRole", std::uint32_t(i));
        instance.set_service("guestbook");
        state.push_back(test::changeOf(instance));
    }
    return state;
}

// A thousand changes a second, spread over all rows, as the watch would bring them.
class Changes : public QObject
{
public:
    Changes(test::FakeClient &client, int rows) : m_client(client), m_rows(rows)
    {
        m_timer.setInterval(10);
        QObject::connect(&m_timer, &QTimer::timeout, this, [this] { push(); });
    }
    void start()
    {
        m_since.start();
        m_done = 0;
        m_timer.start();
    }
    void stop() { m_timer.stop(); }
    qint64 made() const { return m_made; }

private:
    void push()
    {
        std::vector<v1::Change> changes;
        const qint64 wanted = m_since.elapsed() * kChangesPerSecond / 1000;
        for (; m_done < wanted; ++m_done, ++m_made) {
            const auto row = std::uint32_t((m_made * 7919) % m_rows);
            auto instance = test::sampleInstance(test::kProductionId, "WebRole", row);
            instance.set_service("guestbook");
            instance.set_state(m_made % 3 == 0 ? v1::RoleInstance::BusyRole
                                               : v1::RoleInstance::ReadyRole);
            instance.set_restarts(std::uint32_t(m_made));
            changes.push_back(test::changeOf(instance));
        }
        if (!changes.empty()) {
            m_client.push(std::move(changes));
        }
    }

    test::FakeClient &m_client;
    int m_rows;
    QTimer m_timer;
    QElapsedTimer m_since;
    qint64 m_done = 0;
    qint64 m_made = 0;
};

// Messages stay under a megabyte, as those of the real fabric do.
void pushInChunks(test::FakeClient &client, const std::vector<v1::Change> &all)
{
    constexpr std::size_t kChunk = 2000;
    for (std::size_t next = 0; next < all.size(); next += kChunk) {
        const auto first = all.begin() + std::ptrdiff_t(next);
        const auto count = std::ptrdiff_t(std::min(kChunk, all.size() - next));
        client.push({first, first + count});
    }
}

QList<views::ColumnStyle> styles()
{
    using views::CellKind;
    return {{int(Column::Name), CellKind::Strong, 200, true},
            {int(Column::State), CellKind::State, 104},
            {int(Column::Size), CellKind::Text, 92},
            {int(Column::Host), CellKind::Text, 74},
            {int(Column::Cpu), CellKind::Bar, 62},
            {int(Column::Memory), CellKind::Bar, 84},
            {int(Column::Restarts), CellKind::Number, 84}};
}

void typeInto(views::DataTable &table, PauseMeter &meter)
{
    const QString word = u"in_4217"_s;
    meter.measure("typing a filter, a key each 150 ms, changes going on", kPhaseMs, [&] {
        for (int i = 1; i <= word.size(); ++i) {
            table.proxy().setFilterText(word.left(i));
            QTest::qWait(150);
        }
    });
    meter.measure("emptying the filter", kPhaseMs / 2,
                  [&] { table.proxy().setFilterText(QString()); });
}

void measureTable(int rows)
{
    std::printf("%d instances, %d changes a second\n", rows, kChangesPerSecond);
    test::PortalHarness harness;
    PauseMeter meter;
    models::InstanceModel model(harness.store, harness.metrics);
    views::DataTable table(harness.theme);
    table.show(model, styles(), [&harness] { return harness.session.nowMs(); });
    table.resize(1200, 800);
    static_cast<QWidget &>(table).show();
    if (!harness.goLive()) {
        std::printf("not live\n");
        return;
    }
    const auto all = manyInstances(rows);
    std::thread fabric; // as in the portal, another thread hears and merges
    meter.measure("all rows come at once", kPhaseMs,
                  [&] { fabric = std::thread([&] { pushInChunks(harness.client, all); }); });
    fabric.join();
    Changes changes(harness.client, rows);
    changes.start();
    meter.measure("sorted by name", kPhaseMs, [] {});
    meter.measure("scrolling through all", kPhaseMs, [&table] {
        for (int i = 0; i < 100; ++i) {
            table.verticalScrollBar()->setValue(table.verticalScrollBar()->maximum() * i / 100);
            QTest::qWait(20);
        }
    });
    typeInto(table, meter);
    const auto sortBy = [&table](Column column) {
        table.sortByColumn(int(column), Qt::DescendingOrder);
    };
    meter.measure("a click: sort by restarts (they change all the time)", kPhaseMs,
                  [&] { sortBy(Column::Restarts); });
    meter.measure("a click: sort by state", kPhaseMs, [&] { sortBy(Column::State); });
    meter.measure("a click: sort by name, descending", kPhaseMs, [&] { sortBy(Column::Name); });
    changes.stop();
    std::printf("%lld changes made; %d rows shown\n", static_cast<long long>(changes.made()),
                table.proxy().rowCount());
}

std::vector<v1::LogLine> someLines(int first, int count)
{
    std::vector<v1::LogLine> lines;
    for (int i = first; i < first + count; ++i) {
        v1::LogLine line;
        line.set_time_us((test::kSampleNowMs + i) * 1000);
        line.set_instance("WebRole_IN_" + std::to_string(i % 50));
        line.set_stream(i % 97 == 0 ? v1::LogLine::ERR : v1::LogLine::OUT);
        line.set_text("GET /entries/" + std::to_string(i) + " 200 in " + std::to_string(i % 37) +
                      " ms, 1834 bytes, keep-alive");
        lines.push_back(std::move(line));
    }
    return lines;
}

void measureLog(int count)
{
    std::printf("a log of %d lines, %d new ones a second\n", count, kChangesPerSecond);
    test::PortalHarness harness;
    PauseMeter meter;
    models::LogModel log(harness.session);
    views::LogView view(harness.theme, log);
    view.resize(1000, 800);
    view.show();
    int made = 0;
    for (; made < count; made += 5000) {
        log.append(someLines(made, 5000));
    }
    QTimer more;
    more.setInterval(33);
    QObject::connect(&more, &QTimer::timeout, &view, [&] {
        log.append(someLines(made, 33));
        made += 33;
    });
    more.start();
    meter.measure("following the end", kPhaseMs, [] {});
    const QString word = u"entries/77123"_s;
    meter.measure("typing a filter, a key each 150 ms", kPhaseMs, [&] {
        for (int i = 1; i <= word.size(); ++i) {
            log.setFilter(word.left(i));
            QTest::qWait(150);
        }
    });
    std::printf("%llu of %llu lines fit\n", static_cast<unsigned long long>(log.rowCount()),
                static_cast<unsigned long long>(log.lineCount()));
    meter.measure("emptying the filter", 1000, [&] { log.setFilter(QString()); });
    meter.measure("scrolling through all", kPhaseMs, [&view] {
        for (int i = 0; i < 100; ++i) {
            view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum() * i / 100);
            QTest::qWait(20);
        }
    });
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", qgetenv("QT_QPA_PLATFORM").isEmpty() ? QByteArray("offscreen")
                                                                    : qgetenv("QT_QPA_PLATFORM"));
    QApplication application(argc, argv);
    const auto arguments = QCoreApplication::arguments();
    measureTable(arguments.value(1, u"100000"_s).toInt());
    measureLog(arguments.value(2, u"1000000"_s).toInt());
    return 0;
}
