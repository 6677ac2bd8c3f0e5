// service_gallery OUT: draws the page of a service over a fake fabric.
#include "tests/views/service/service_samples.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QSpinBox>
#include <QTableView>

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

QString production(const char *instance)
{
    return QString::fromStdString(test::kProductionId) + u'/' + QString::fromLatin1(instance);
}

v1::LogBatch lines()
{
    v1::LogBatch batch;
    for (int i = 0; i < 60; ++i) {
        auto &line = *batch.add_lines();
        line.set_time_us((test::kSampleNowMs - (60 - i) * 700) * 1000);
        line.set_instance("WebRole_IN_" + std::to_string(i % 3));
        line.set_stream(i % 13 == 5   ? v1::LogLine::ERR
                        : i % 17 == 3 ? v1::LogLine::AGENT
                                      : v1::LogLine::OUT);
        line.set_text(i % 13 == 5   ? "warning: the worker answered after 412 ms"
                      : i % 17 == 3 ? "role program started, port 34567"
                                    : "GET /entries 200 " + std::to_string(3 + i % 9) + " ms");
    }
    return batch;
}

void drawNormal(const QString &out, bool dark)
{
    Studio studio(test::sampleState(), out, dark, test::swapReply({"S4"}, {"S3"}));
    studio.go(production("WebRole_IN_1"));
    studio.save(u"normal"_s);
    studio.find<QTableView>("instances")->selectAll();
    studio.save(u"several"_s);
    studio.go(u"roles"_s);
    studio.find<QSpinBox>("roleCount")->setValue(6);
    studio.save(u"roles"_s);
    studio.go(u"logs"_s);
    QTest::qWait(300);
    studio.harness.client.pushLogs(lines());
    studio.save(u"logs"_s);
    studio.go(u"activity"_s);
    studio.save(u"activity"_s);
    studio.go(u"swap"_s);
    studio.save(u"swap"_s);
    studio.window->resize(1024, 700);
    QTest::keyClick(studio.find<QWidget>("swapPanel"), Qt::Key_Escape);
    studio.go(u"instances"_s);
    studio.save(u"small"_s);
    studio.window->resize(1440, 900);
    studio.harness.client.disconnect();
    QTest::keyClick(studio.find<QWidget>("swapPanel"), Qt::Key_Escape);
    studio.go(u"instances"_s);
    studio.save(u"stale"_s);
}

void drawDeploy(const QString &out, bool dark)
{
    Studio studio(test::sampleState({.degraded = false}), out, dark, test::swapReply());
    studio.go(production("WebRole_IN_1"));
    studio.harness.client.onExecute([](const v1::Command &command) -> Result<v1::CommandReply> {
        const auto &deploy = command.deploy();
        if (command.has_deploy() && (!deploy.replace() || !deploy.accept_single_instance())) {
            return Failure(makeError(v1::Error::FAILED_PRECONDITION,
                                     deploy.replace() ? "SINGLE_INSTANCE_ROLE" : "SLOT_OCCUPIED",
                                     "said", "WebRole"));
        }
        v1::CommandReply reply;
        reply.add_preview("WebRole: 1 instance of size Small.");
        reply.add_preview("WorkerRole: 2 instances of size Medium.");
        return reply;
    });
    studio.go(u"deploy"_s);
    studio.find<QComboBox>("deployPackage")->setCurrentIndex(1);
    studio.save(u"deploy"_s);
}

void drawOdd(const QString &out, bool dark)
{
    Studio many(test::sampleState({.web_instances = 700, .long_names = true}), out, dark,
                test::swapReply());
    many.save(u"many-long"_s);
    Studio empty(test::sampleState(), out, dark, test::swapReply({"S1"}));
    empty.window->open({views::PageId::Service, u"lighthouse"_s, {}});
    empty.save(u"empty"_s);
    empty.window->open({views::PageId::Service, u"nowhere"_s, {}});
    empty.save(u"missing"_s);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    const auto folder = QCoreApplication::arguments().value(1, u"."_s);
    QDir().mkpath(folder);
    for (const bool dark : {false, true}) {
        drawNormal(folder, dark);
        drawDeploy(folder, dark);
        drawOdd(folder, dark);
    }
    return 0;
}
