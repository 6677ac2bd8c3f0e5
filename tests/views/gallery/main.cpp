// gallery OUT [light|dark]: draws pages over a fake fabric; the scale comes from QT_SCALE_FACTOR.
#include "tests/support/portal_harness.h"
#include "tests/views/gallery/widgets_page.h"

#include <QApplication>
#include <QDir>

using namespace slipway;
using namespace Qt::StringLiterals;

namespace
{

views::PageFactory pages()
{
    using views::PageId;
    const auto entry = [](PageId id, const QString &title, const QString &icon) {
        return views::pageEntry<test::WidgetsPage>(id, title, icon);
    };
    auto factory = views::PageFactory{
        entry(PageId::Overview, u"Overview"_s, u"overview"_s),
        entry(PageId::Services, u"Services"_s, u"services"_s),
        entry(PageId::Hosts, u"Hosts"_s, u"hosts"_s),
        entry(PageId::Packages, u"Packages"_s, u"packages"_s),
        entry(PageId::Activity, u"Activity"_s, u"activity"_s),
        entry(PageId::Settings, u"Settings"_s, u"settings"_s),
        entry(PageId::Service, u"Service"_s, u"services"_s),
    };
    factory.back().in_navigation = false;
    return factory;
}

v1::MetricBatch history()
{
    v1::MetricBatch batch;
    for (const auto *name : {"", "WebRole_IN_0", "WebRole_IN_1", "WebRole_IN_2"}) {
        const auto one = test::sampleHistory(test::kProductionId, name, 600);
        batch.MergeFrom(one);
    }
    return batch;
}

void save(QWidget &window, const QString &folder, const QString &name)
{
    QTest::qWait(150); // one frame of charts and layouts
    window.grab().save(QDir(folder).filePath(name + u".png"_s));
}

void draw(const QString &folder, const QString &suffix, bool dark)
{
    const auto state = test::sampleState();
    test::PortalHarness harness(state);
    harness.client.setHistory(history());
    harness.settings.setScheme(dark ? models::PortalSettings::Scheme::Dark
                                    : models::PortalSettings::Scheme::Light);
    auto window = harness.makeWindow(pages());
    harness.goLive();
    window->resize(1440, 900);
    window->show();
    window->open({views::PageId::Service, u"guestbook"_s, {}});
    QTRY_VERIFY(harness.client.isMeasured());
    harness.client.pushMetrics(test::sampleMetrics(state, test::kSampleNowMs));
    save(*window, folder, u"shell"_s + suffix);
    QTest::keyClick(window.get(), Qt::Key_K, Qt::ControlModifier);
    QTest::keyClicks(QApplication::focusWidget(), u"o"_s);
    window->notify(models::Condition::Failed, u"Deploy v1.6 failed: host-2 has no room left"_s);
    save(*window, folder, u"palette"_s + suffix);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
    harness.client.disconnect();
    harness.clock.now_ms += 12'000;
    window->resize(1024, 700);
    QTRY_VERIFY(harness.session.state() == models::Session::State::Stale);
    save(*window, folder, u"stale"_s + suffix);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    const auto arguments = QCoreApplication::arguments();
    const auto folder = arguments.value(1, u"."_s);
    QDir().mkpath(folder);
    const auto scale = qEnvironmentVariable("QT_SCALE_FACTOR", u"1"_s);
    for (const bool dark : {false, true}) {
        draw(folder, (dark ? u"-dark-"_s : u"-light-"_s) + scale, dark);
    }
    return 0;
}
