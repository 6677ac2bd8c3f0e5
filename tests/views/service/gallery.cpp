// service_gallery OUT: draws the page of a service over a fake fabric.
#include "tests/views/service/service_samples.h"

#include <QApplication>
#include <QDir>

using namespace slipway;
using namespace Qt::StringLiterals;

namespace
{

struct Studio {
    std::vector<v1::Change> state;
    test::PortalHarness harness;
    std::unique_ptr<views::MainWindow> window;
    QString folder;
    QString suffix;

    Studio(std::vector<v1::Change> shown, const QString &out, bool dark,
           const v1::CommandReply &swap)
        : state(shown), harness(shown), folder(out),
          suffix((dark ? u"-dark-"_s : u"-light-"_s) +
                 qEnvironmentVariable("QT_SCALE_FACTOR", u"1"_s))
    {
        harness.settings.setScheme(dark ? models::PortalSettings::Scheme::Dark
                                        : models::PortalSettings::Scheme::Light);
        harness.client.setHistory(test::sampleHistories(state, 840));
        harness.client.onExecute(
            [swap](const v1::Command &) -> Result<v1::CommandReply> { return swap; });
        window = harness.makeWindow(test::servicePages());
        harness.goLive();
        window->resize(1440, 900);
        window->show();
        window->open({views::PageId::Service, u"guestbook"_s, {}});
        const bool measured = QTest::qWaitFor([this] { return harness.client.isMeasured(); }, 3000);
        Q_UNUSED(measured)
        harness.client.pushMetrics(test::sampleMetrics(state, test::kSampleNowMs));
        QTest::qWait(400);
    }
    void go(const QString &part)
    {
        window->open({views::PageId::Service, u"guestbook"_s, part});
        QTest::qWait(100);
    }
    void save(const QString &name)
    {
        QTest::qWait(300);
        window->grab().save(QDir(folder).filePath(name + suffix + u".png"_s));
    }
    template <typename T> T *find(const char *name)
    {
        return window->findChild<T *>(QString::fromLatin1(name));
    }
};

void drawNormal(const QString &out, bool dark)
{
    Studio studio(test::sampleState(), out, dark, test::swapReply({"S4"}, {"S3"}));
    studio.go(QString::fromStdString(test::kProductionId) + u"/WebRole_IN_1"_s);
    studio.save(u"normal"_s);
    studio.go(u"activity"_s);
    studio.save(u"activity"_s);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    const auto folder = QCoreApplication::arguments().value(1, u"."_s);
    QDir().mkpath(folder);
    for (const bool dark : {false, true}) {
        drawNormal(folder, dark);
    }
    return 0;
}
