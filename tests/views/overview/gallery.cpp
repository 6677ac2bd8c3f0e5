// pages_gallery OUT: draws four pages over a fake fabric, in both themes.
#include "tests/support/portal_harness.h"
#include "tests/views/support/probe_page.h"
#include "views/firstrun/first_run_page.h"
#include "views/hosts/hosts_page.h"
#include "views/overview/overview_page.h"
#include "views/services/services_page.h"
#include "views/widgets/segmented_control.h"

#include <QApplication>
#include <QDir>
#include <QLineEdit>
#include <QPushButton>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;

namespace
{

PageFactory pages()
{
    PageFactory factory{pageEntry<OverviewPage>(PageId::Overview, u"Overview"_s, u"overview"_s),
                        pageEntry<ServicesPage>(PageId::Services, u"Services"_s, u"services"_s),
                        pageEntry<HostsPage>(PageId::Hosts, u"Hosts"_s, u"hosts"_s),
                        pageEntry<test::ProbePage>(PageId::Packages, u"Packages"_s, u"packages"_s),
                        pageEntry<test::ProbePage>(PageId::Activity, u"Activity"_s, u"activity"_s),
                        pageEntry<test::ProbePage>(PageId::Settings, u"Settings"_s, u"settings"_s)};
    factory.push_back(pageEntry<FirstRunPage>(PageId::FirstRun, u"Welcome"_s, u"rocket"_s, false));
    return factory;
}

// Every deployment's total of the last minutes.
v1::MetricBatch historyOf(const std::vector<v1::Change> &state)
{
    v1::MetricBatch batch;
    for (const auto &change : state) {
        if (change.has_deployment()) {
            batch.MergeFrom(test::sampleHistory(change.deployment().id(), {}, 290));
        }
    }
    return batch;
}

// A window over one state; saves what it shows under a name.
class Studio
{
public:
    Studio(QString folder, bool dark, const std::vector<v1::Change> &state)
        : m_harness(state), m_folder(std::move(folder)),
          m_suffix((dark ? u"-dark-"_s : u"-light-"_s) +
                   qEnvironmentVariable("QT_SCALE_FACTOR", u"1"_s))
    {
        m_harness.settings.setScheme(dark ? models::PortalSettings::Scheme::Dark
                                          : models::PortalSettings::Scheme::Light);
        m_harness.client.setHistory(historyOf(state));
        auto parts = m_harness.parts();
        parts.samples_folder = QStringLiteral(SLIPWAY_SAMPLES_DIR);
        window = std::make_unique<MainWindow>(parts, pages());
        window->resize(1440, 900);
        m_harness.goLive();
        window->show();
        m_state = state;
    }
    void shoot(const Place &place, const QString &name)
    {
        window->open(place);
        QTest::qWait(100);
        m_harness.client.pushMetrics(test::sampleMetrics(m_state, test::kSampleNowMs));
        save(name);
    }
    void save(const QString &name)
    {
        QTest::qWait(400); // panels have come in, figures have settled
        window->grab().save(QDir(m_folder).filePath(name + m_suffix + u".png"_s));
    }
    test::PortalHarness &harness() { return m_harness; }

private:
    test::PortalHarness m_harness;
    QString m_folder;
    QString m_suffix;
    std::vector<v1::Change> m_state;

public:
    std::unique_ptr<MainWindow> window;
};

void drawNormal(const QString &folder, bool dark)
{
    Studio studio(folder, dark, test::sampleState());
    studio.shoot({PageId::Overview, {}, {}}, u"overview"_s);
    studio.shoot({PageId::Services, {}, {}}, u"services"_s);
    studio.shoot({PageId::Hosts, u"host-3"_s, {}}, u"hosts"_s);
    auto *view = studio.window->findChild<SegmentedControl *>(u"hostsView"_s);
    view->setCurrent(1);
    studio.save(u"hosts-table"_s);
    studio.window->open({PageId::Services, {}, u"create"_s});
    QTest::keyClicks(studio.window->findChild<QLineEdit *>(u"serviceName"_s), u"Tide"_s);
    studio.save(u"services-create"_s);
    studio.window->resize(1024, 700);
    studio.harness().client.disconnect();
    studio.shoot({PageId::Overview, {}, {}}, u"overview-stale-small"_s);
    studio.shoot({PageId::Hosts, {}, {}}, u"hosts-small"_s);
}

void drawExtremes(const QString &folder, bool dark)
{
    Studio many(folder, dark,
                test::sampleState({.web_instances = 700, .long_names = true, .more_services = 6}));
    many.shoot({PageId::Overview, {}, {}}, u"overview-700"_s);
    many.shoot({PageId::Services, {}, {}}, u"services-long"_s);
    many.shoot({PageId::Hosts, {}, {}}, u"hosts-700"_s);
    Studio empty(folder, dark, test::emptyState());
    empty.shoot({PageId::Overview, {}, {}}, u"overview-empty"_s);
    empty.shoot({PageId::Services, {}, {}}, u"services-empty"_s);
    empty.shoot({PageId::FirstRun, {}, {}}, u"firstrun"_s);
    empty.shoot({PageId::FirstRun, {}, u"sample"_s}, u"firstrun-sample"_s);
    QTest::mouseClick(empty.window->findChild<QPushButton *>(u"doAll"_s), Qt::LeftButton);
    empty.save(u"firstrun-running"_s);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    const auto folder = QCoreApplication::arguments().value(1, u"."_s);
    QDir().mkpath(folder);
    for (const bool dark : {false, true}) {
        drawNormal(folder, dark);
        drawExtremes(folder, dark);
    }
    return 0;
}
