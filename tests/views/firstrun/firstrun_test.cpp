// The newcomer's page over a fake fabric: every step of the voyage, its failures and its ends.
#include "models/base/words.h"
#include "models/session/commands.h"
#include "tests/support/portal_harness.h"
#include "tests/views/support/probe_page.h"
#include "views/firstrun/first_run_page.h"
#include "views/firstrun/voyage_card.h"

#include <QFile>
#include <QPushButton>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;

namespace
{

using Body = v1::Command::BodyCase;

struct Desk {
    explicit Desk(bool with_samples = true, std::vector<v1::Change> state = test::emptyState())
        : harness(std::move(state))
    {
        harness.settings.setFirstRunSeen(false);
        if (with_samples) {
            for (const auto &name : {u"guestbook-v1"_s, u"guestbook-v2"_s}) {
                write(name + u".cspkg"_s, "the package " + name.toUtf8());
                write(name + u".cscfg"_s, "<ServiceConfiguration/>");
            }
        }
        auto parts = harness.parts();
        parts.samples_folder = harness.folder.path();
        window = std::make_unique<MainWindow>(
            parts,
            PageFactory{pageEntry<FirstRunPage>(PageId::FirstRun, u"Welcome"_s, u"rocket"_s),
                        pageEntry<test::ProbePage>(PageId::Overview, u"Overview"_s, u"overview"_s),
                        pageEntry<test::ProbePage>(PageId::Services, u"Services"_s, u"services"_s),
                        pageEntry<test::ProbePage>(PageId::Service, u"Service"_s, u"services"_s)});
        window->resize(1440, 900);
        window->openFirstPlace();
        window->show();
        const bool live = harness.goLive() && QTest::qWaitForWindowActive(window.get());
        Q_ASSERT(live);
        Q_UNUSED(live)
    }
    void write(const QString &name, const QByteArray &content) const
    {
        QFile file(harness.folder.filePath(name));
        const bool written = file.open(QIODevice::WriteOnly) && file.write(content) > 0;
        Q_ASSERT(written);
        Q_UNUSED(written)
    }
    template <typename Widget> Widget *find(const QString &name) const
    {
        return window->findChild<Widget *>(name);
    }
    void click(const QString &button) const
    {
        QTest::mouseClick(find<QPushButton>(button), Qt::LeftButton);
    }
    bool isEnabled(const QString &button) const { return find<QPushButton>(button)->isEnabled(); }
    QString words(int step) const
    {
        return find<VoyageStep>(u"step"_s + QString::number(step))
            ->findChild<Label *>(u"stepWords"_s)
            ->text();
    }
    Body lastBody() const { return harness.client.lastCommand().body_case(); }
    // What the fabric does meanwhile: the service appears, its production has an address.
    void pushService(const std::string &name)
    {
        v1::CloudService service;
        service.set_name(name);
        auto &slot = *service.mutable_production();
        slot.set_kind(v1::PRODUCTION);
        slot.set_address("127.77.0.1");
        auto &endpoint = *slot.add_endpoints();
        endpoint.set_protocol(v1::HTTP);
        endpoint.set_port(80);
        endpoint.set_bound_port(80);
        harness.client.push({test::changeOf(service)});
    }
    // The newest operation that the fake fabric answered with comes to its end.
    void end(v1::Operation::State state, const std::string &error = {})
    {
        v1::Operation operation = running;
        operation.set_state(state);
        operation.mutable_error()->set_message(error);
        operation.set_start_time_ms(test::kSampleNowMs);
        operation.set_end_time_ms(test::kSampleNowMs + 12'000);
        harness.client.push({test::changeOf(operation)});
    }
    // Every command is answered with a running operation, remembered in `running`.
    void answerWithOperations()
    {
        harness.client.onExecute([this](const v1::Command &command) -> Result<v1::CommandReply> {
            running.Clear();
            running.set_id("operation-" + std::to_string(++operations));
            running.set_state(v1::Operation::Running);
            running.set_cancellable(true);
            if (command.has_create_service()) {
                running.set_state(v1::Operation::Succeeded);
                pushService(command.create_service().name());
            }
            v1::CommandReply reply;
            *reply.mutable_operation() = running;
            return reply;
        });
        v1::UploadReply uploaded;
        uploaded.mutable_package()->set_digest("sha256:" + std::string(64, 'e'));
        uploaded.mutable_package()->set_size_bytes(48'312);
        harness.client.setUploadReply(uploaded);
    }

    test::PortalHarness harness;
    std::unique_ptr<MainWindow> window;
    v1::Operation running;
    int operations = 0;
};

} // namespace

class FirstRunTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void invitesNewcomers();
    void saysHowInstancesAreLockedIn();
    void otherWaysLeadOn();
    void stepByStepToProduction();
    void doesAllByItself();
    void failedStepsAreTriedAgain();
    void uploadsAndOperationsAreCancelled();
    void takesAnotherNameWhenTheFirstIsTaken();
    void tellsWhenTheSamplesAreMissing();
    void waitsForTheFabric();
};

void FirstRunTest::invitesNewcomers()
{
    Desk desk;
    QCOMPARE(desk.window->currentPlace().page, PageId::FirstRun);
    QVERIFY(!desk.harness.settings.firstRunSeen());
    desk.click(u"tryTheSample"_s);
    QTRY_VERIFY(desk.find<QPushButton>(u"doStep"_s)->isVisible());
    QVERIFY(desk.harness.settings.firstRunSeen());
    QVERIFY(desk.harness.client.commands().empty()); // nothing is done unasked
    desk.click(u"leaveSample"_s);
    QCOMPARE(desk.window->currentPlace().page, PageId::Overview);
}

void FirstRunTest::saysHowInstancesAreLockedIn()
{
    Desk desk;
    auto *words = desk.find<Label>(u"isolationWords"_s);
    QTRY_COMPARE(words->text(), u"Instances run isolated with limits."_s);
    for (const auto &[id, known] : desk.harness.store.hosts()) {
        v1::Host host = *known;
        host.set_isolation("confined");
        host.set_isolation_advice("Give the container user namespaces.");
        desk.harness.client.push({test::changeOf(host)});
    }
    QTRY_VERIFY(words->text().startsWith(u"Instances run confined. "_s));
    QVERIFY(words->text().contains(u"Give the container user namespaces."_s));
    QVERIFY(words->isVisible());
}

void FirstRunTest::otherWaysLeadOn()
{
    Desk desk;
    desk.click(u"createOwn"_s);
    QCOMPARE(desk.window->currentPlace(), (Place{PageId::Services, {}, u"create"_s}));
    desk.window->back();
    desk.click(u"lookAround"_s);
    QCOMPARE(desk.window->currentPlace().page, PageId::Overview);
    desk.window->open({PageId::FirstRun, {}, u"sample"_s});
    QTRY_VERIFY(desk.find<QPushButton>(u"doStep"_s)->isVisible());
}

void FirstRunTest::stepByStepToProduction()
{
    Desk desk;
    desk.answerWithOperations();
    auto &client = desk.harness.client;
    desk.click(u"tryTheSample"_s);
    desk.click(u"doStep"_s); // create
    QTRY_COMPARE(desk.words(1), u"Done"_s);
    QCOMPARE(models::text(client.lastCommand().create_service().name()), u"guestbook"_s);
    desk.click(u"doStep"_s); // upload
    QTRY_COMPARE(desk.words(2), u"47 KB"_s);
    desk.click(u"doStep"_s); // deploy
    QTRY_COMPARE(desk.lastBody(), v1::Command::kDeploy);
    const auto deploy = client.lastCommand().deploy();
    QCOMPARE(deploy.slot(), v1::PRODUCTION);
    QCOMPARE(deploy.package_digest().size(), std::size_t(71));
    QCOMPARE(models::text(deploy.configuration_xml()), u"<ServiceConfiguration/>"_s);
    QVERIFY(!desk.isEnabled(u"doStep"_s));
    desk.running.set_phase("2 of 5 instances ready");
    desk.running.set_progress_permille(400);
    client.push({test::changeOf(desk.running)});
    QTRY_COMPARE(desk.words(3), u"2 of 5 instances ready"_s);
    desk.end(v1::Operation::Succeeded);
    QTRY_COMPARE(desk.words(3), u"Done in 12 s"_s);
    desk.click(u"doStep"_s);
    QTRY_VERIFY(!desk.words(4).isEmpty());
    QTRY_VERIFY(desk.isEnabled(u"doStep"_s));
    desk.click(u"doStep"_s);
    QTRY_COMPARE(client.lastCommand().deploy().slot(), v1::STAGING);
    QTRY_VERIFY(desk.harness.session.isLive());
    QTest::qWait(0);
    desk.end(v1::Operation::Succeeded);
    QTRY_VERIFY(desk.isEnabled(u"doStep"_s));
    desk.click(u"doStep"_s); // open
    QCOMPARE(desk.harness.prompter.opened, QStringList{u"http://127.77.0.1"_s});
    desk.click(u"doStep"_s); // swap
    QTRY_COMPARE(desk.lastBody(), v1::Command::kSwap);
    QTest::qWait(0);
    desk.end(v1::Operation::Succeeded);
    QTRY_COMPARE(desk.window->currentPlace(), (Place{PageId::Service, u"guestbook"_s, {}}));
}

void FirstRunTest::doesAllByItself()
{
    Desk desk;
    desk.answerWithOperations();
    desk.click(u"tryTheSample"_s);
    desk.click(u"doAll"_s);
    for (const auto slot : {v1::PRODUCTION, v1::STAGING}) {
        QTRY_VERIFY(desk.harness.client.lastCommand().deploy().slot() == slot);
        QVERIFY(!desk.isEnabled(u"doAll"_s));
        desk.end(v1::Operation::Succeeded);
    }
    QTRY_COMPARE(desk.lastBody(), v1::Command::kSwap);
    QCOMPARE(desk.harness.prompter.opened.size(), 1);
    desk.end(v1::Operation::Succeeded);
    QTRY_COMPARE(desk.window->currentPlace().page, PageId::Service);
    QCOMPARE(desk.harness.client.uploads().size(), std::size_t(2));
}

void FirstRunTest::failedStepsAreTriedAgain()
{
    Desk desk;
    desk.harness.client.onExecute([](const v1::Command &) -> Result<v1::CommandReply> {
        return failure(v1::Error::RESOURCE_EXHAUSTED, "NO_ADDRESS", "All addresses are taken.");
    });
    desk.click(u"tryTheSample"_s);
    desk.click(u"doAll"_s);
    QTRY_COMPARE(desk.words(1), u"All addresses are taken."_s);
    auto *next = desk.find<QPushButton>(u"doStep"_s);
    QCOMPARE(next->text(), u"Try again"_s);
    desk.answerWithOperations();
    desk.click(u"doStep"_s);
    QTRY_COMPARE(desk.words(1), u"Done"_s);
    desk.click(u"doStep"_s);
    QTRY_COMPARE(desk.words(2), u"47 KB"_s);
    desk.click(u"doStep"_s);
    QTRY_COMPARE(desk.lastBody(), v1::Command::kDeploy);
    QTest::qWait(0);
    desk.end(v1::Operation::Failed, "host-2 has no room left");
    QTRY_COMPARE(desk.words(3), u"host-2 has no room left"_s);
    QVERIFY(desk.isEnabled(u"doStep"_s));
}

void FirstRunTest::uploadsAndOperationsAreCancelled()
{
    Desk desk;
    desk.answerWithOperations();
    desk.harness.client.stopUploadAt(4);
    desk.click(u"tryTheSample"_s);
    desk.click(u"doStep"_s);
    QTRY_COMPARE(desk.words(1), u"Done"_s);
    desk.click(u"doStep"_s);
    QTRY_VERIFY(desk.harness.client.isUploading());
    const auto cancel = [&desk](int step) {
        auto *row = desk.find<VoyageStep>(u"step"_s + QString::number(step));
        auto *button = row->findChild<QPushButton *>(u"cancelStep"_s);
        QTRY_VERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
    };
    cancel(2);
    QTRY_VERIFY(!desk.harness.client.isUploading());
    desk.harness.client.stopUploadAt(0);
    desk.click(u"doStep"_s);
    QTRY_COMPARE(desk.words(2), u"47 KB"_s);
    const auto &uploads = desk.harness.client.uploads();
    QCOMPARE(uploads.size(), std::size_t(2));
    QVERIFY(uploads[0] == uploads[1]); // the same upload went on
    desk.click(u"doStep"_s);
    QTRY_COMPARE(desk.lastBody(), v1::Command::kDeploy);
    desk.harness.client.push({test::changeOf(desk.running)});
    cancel(3);
    QTRY_COMPARE(desk.lastBody(), v1::Command::kCancelOperation);
}

void FirstRunTest::takesAnotherNameWhenTheFirstIsTaken()
{
    Desk desk(true, test::sampleState());
    desk.answerWithOperations();
    desk.click(u"tryTheSample"_s);
    desk.click(u"doStep"_s);
    QTRY_COMPARE(desk.words(1), u"Done"_s);
    QCOMPARE(models::text(desk.harness.client.lastCommand().create_service().name()),
             u"guestbook-2"_s);
}

void FirstRunTest::tellsWhenTheSamplesAreMissing()
{
    Desk desk(false);
    desk.click(u"tryTheSample"_s);
    auto *trouble = desk.find<Banner>(u"voyageTrouble"_s);
    QTRY_VERIFY(trouble->isVisible());
    QVERIFY(trouble->text().contains(u"guestbook-v1.cspkg"_s));
    QVERIFY(!desk.isEnabled(u"doStep"_s));
    QVERIFY(!desk.isEnabled(u"doAll"_s));
}

void FirstRunTest::waitsForTheFabric()
{
    Desk desk;
    desk.click(u"tryTheSample"_s);
    QTRY_VERIFY(desk.isEnabled(u"doStep"_s));
    desk.harness.client.disconnect();
    QTRY_VERIFY(!desk.isEnabled(u"doStep"_s));
    QVERIFY(desk.find<Banner>(u"voyageTrouble"_s)->isVisible());
}

QTEST_MAIN(FirstRunTest)
#include "firstrun_test.moc"
