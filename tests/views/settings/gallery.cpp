// upkeep_gallery OUT: packages, activity and settings over a fake fabric.
#include "tests/support/portal_harness.h"
#include "views/activity/activity_page.h"
#include "views/packages/packages_page.h"
#include "views/settings/settings_page.h"

#include <QApplication>
#include <QDir>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;

namespace
{

PageFactory pages()
{
    return {pageEntry<PackagesPage>(PageId::Packages, u"Packages"_s, u"packages"_s),
            pageEntry<ActivityPage>(PageId::Activity, u"Activity"_s, u"activity"_s),
            pageEntry<SettingsPage>(PageId::Settings, u"Settings"_s, u"settings"_s)};
}

v1::Problem warning()
{
    v1::Problem problem;
    problem.set_severity(v1::WARNING);
    problem.set_file("ServiceDefinition.csdef");
    problem.set_line(17);
    problem.set_column(9);
    problem.set_message("The startup task install.cmd is a batch file and is skipped.");
    problem.set_hint("Write it as a program that runs here, for example a Node script.");
    return problem;
}

v1::Package richPackage()
{
    v1::Package package;
    package.set_digest("sha256:5ea1" + std::string(60, '7'));
    package.set_file_name("harbour-master-with-a-name-of-forty-letters.cspkg");
    package.set_size_bytes(214'000'000);
    package.set_format("cspkg");
    package.set_upload_time_ms(test::kSampleNowMs - 90'000);
    package.set_actor("root");
    *package.add_problems() = warning();
    auto &definition = *package.mutable_definition();
    definition.set_name("HarbourMaster");
    definition.set_schema_version("2015-04.2.6");
    auto &web = *definition.add_roles();
    web.set_name("WebRole");
    web.set_kind(v1::RoleDefinition::WEB);
    web.set_size("Small");
    auto &http = *web.add_endpoints();
    http.set_name("HttpIn");
    http.set_kind(v1::Endpoint::INPUT);
    http.set_protocol(v1::HTTP);
    http.set_port(80);
    web.add_startup_tasks()->set_command_line("node.exe .\\install.js --quiet");
    web.add_setting_names("Greeting");
    web.add_sites()->set_name("Web");
    auto &worker = *definition.add_roles();
    worker.set_name("WorkerRole");
    worker.set_kind(v1::RoleDefinition::WORKER);
    worker.set_size("Medium");
    worker.mutable_entry_point()->set_program_command_line("node.exe .\\worker.js");
    auto &tcp = *worker.add_endpoints();
    tcp.set_name("Queue");
    tcp.set_kind(v1::Endpoint::INTERNAL);
    tcp.set_protocol(v1::TCP);
    return package;
}

v1::Operation failedOperation()
{
    v1::Operation operation;
    operation.set_id("0f00000000000000000000000000cccc");
    operation.set_kind("Deploy");
    operation.set_title("Deploy v1.6 to staging of guestbook");
    operation.set_service("guestbook");
    operation.set_slot(v1::STAGING);
    operation.set_state(v1::Operation::Failed);
    operation.set_actor("root");
    operation.set_start_time_ms(test::kSampleNowMs - 900'000);
    operation.set_end_time_ms(test::kSampleNowMs - 872'000);
    operation.mutable_error()->set_message(
        "No host has room for WebRole_IN_4: it needs 8 cores and 14 GB. Choose a smaller size, or "
        "scale another role in.");
    return operation;
}

v1::Event eventOf(const v1::Operation &operation)
{
    v1::Event event;
    event.set_id(900);
    event.set_time_ms(operation.end_time_ms());
    event.set_severity(v1::ERROR);
    event.set_service(operation.service());
    event.set_operation_id(operation.id());
    event.set_message("Deploying v1.6 failed");
    event.set_cause("no host has room for WebRole_IN_4");
    return event;
}

class Painter
{
public:
    Painter(QString folder, bool dark) : m_folder(std::move(folder)), m_dark(dark)
    {
        m_suffix =
            (dark ? u"-dark-"_s : u"-light-"_s) + qEnvironmentVariable("QT_SCALE_FACTOR", u"1"_s);
    }

    void drawAll()
    {
        auto state = test::sampleState();
        state.push_back(test::changeOf(richPackage()));
        state.push_back(test::changeOf(failedOperation()));
        state.push_back(test::changeOf(eventOf(failedOperation())));
        draw(state);
        drawEmpty();
    }

private:
    void prepare(test::PortalHarness &harness)
    {
        harness.settings.setScheme(m_dark ? models::PortalSettings::Scheme::Dark
                                          : models::PortalSettings::Scheme::Light);
    }

    std::unique_ptr<MainWindow> open(test::PortalHarness &harness, PageId page)
    {
        auto window = harness.makeWindow(pages());
        window->resize(1440, 900);
        window->show();
        window->open({page, {}, {}});
        return window;
    }

    void draw(const std::vector<v1::Change> &state)
    {
        test::PortalHarness harness(state);
        prepare(harness);
        harness.goLive();
        auto window = open(harness, PageId::Packages);
        save(*window, u"packages"_s);
        window->open({PageId::Packages, QString::fromStdString(richPackage().digest()), {}});
        harness.client.stopUploadAt(400'000);
        harness.prompter.file = u"/home/operator/guestbook-v3.cspkg"_s;
        window->findChild<QPushButton *>(u"uploadPackage"_s)->click();
        save(*window, u"packages-details"_s);
        window->open({PageId::Activity, {}, {}});
        save(*window, u"activity"_s);
        window->open({PageId::Activity, QString::fromStdString(failedOperation().id()), {}});
        save(*window, u"activity-details"_s);
        window->open({PageId::Settings, {}, {}});
        save(*window, u"settings"_s);
        window->findChild<QSpinBox *>(u"faultDomains"_s)->setValue(9);
        window->findChild<QLineEdit *>(u"price-Small"_s)->setText(u"0.084"_s);
        window->open({PageId::Settings, {}, u"fabric"_s});
        save(*window, u"settings-fabric"_s);
        window->open({PageId::Settings, {}, u"about"_s});
        save(*window, u"settings-about"_s);
        harness.client.disconnect();
        window->resize(1024, 700);
        window->open({PageId::Packages, {}, {}});
        save(*window, u"packages-stale"_s);
        window->open({PageId::Activity, {}, {}});
        save(*window, u"activity-stale"_s);
    }

    void drawEmpty()
    {
        test::PortalHarness harness(test::emptyState());
        prepare(harness);
        harness.goLive();
        auto window = open(harness, PageId::Packages);
        save(*window, u"packages-empty"_s);
        window->open({PageId::Activity, {}, {}});
        save(*window, u"activity-empty"_s);
    }

    void save(QWidget &window, const QString &name)
    {
        QTest::qWait(150); // layouts, and a frame of animations
        window.grab().save(QDir(m_folder).filePath(name + m_suffix + u".png"_s));
    }

    QString m_folder;
    QString m_suffix;
    bool m_dark;
};

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    const auto folder = QCoreApplication::arguments().value(1, u"."_s);
    QDir().mkpath(folder);
    for (const bool dark : {false, true}) {
        Painter(folder, dark).drawAll();
    }
    return 0;
}
