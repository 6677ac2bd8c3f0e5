// The page of packages by mouse, keyboard and drops over a fake fabric.
#include "tests/support/menus.h"
#include "tests/support/portal_harness.h"
#include "views/packages/packages_page.h"
#include "views/widgets/problem_list.h"
#include "views/widgets/search_field.h"

#include <QClipboard>
#include <QDragEnterEvent>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QTemporaryFile>
#include <QToolButton>
#include <QtTest>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;

namespace
{

const QString kFirst = u"sha256:9f31c2e7"_s + QString(56, u'a');
const std::string kSpare = "sha256:5ea1" + std::string(60, '7'); // no deployment uses it

v1::Package sparePackage()
{
    v1::Package package;
    package.set_digest(kSpare);
    package.set_file_name("spare.cspkg");
    package.set_size_bytes(3 << 20);
    package.set_format("cspkg");
    package.set_actor("root");
    package.set_upload_time_ms(test::kSampleNowMs - 1000);
    auto &problem = *package.add_problems();
    problem.set_severity(v1::WARNING);
    problem.set_file("ServiceDefinition.csdef");
    problem.set_line(17);
    problem.set_column(9);
    problem.set_message("The startup task is a batch file and is skipped.");
    auto &role = *package.mutable_definition()->add_roles();
    role.set_name("WebRole");
    role.set_kind(v1::RoleDefinition::WEB);
    role.add_startup_tasks()->set_command_line("node.exe install.js");
    role.add_setting_names("Greeting");
    return package;
}

} // namespace

class PackagesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void showsWhatIsThere();
    void filtersByKey();
    void opensAtItsPlace();
    void detailsLeadToTheService();
    void uploadRunsCancelsAndResumes();
    void refusedPackageNamesEveryPlace();
    void dropStartsAnUpload();
    void secondUploadWaits();
    void usedPackageIsNotDeleted();
    void unusedPackageIsDeletedAfterAQuestion();
    void refusedQuestionDeletesNothing();
    void menuCopiesTheDigest();
    void packsAFolderAndOffersToUploadIt();
    void packingProblemsAreSaid();
    void emptyStateInvites();
    void staleRowsStay();

private:
    void build(std::vector<v1::Change> state);
    template <typename T> T *find(const char *name) const
    {
        auto *found = m_window->findChild<T *>(QString::fromLatin1(name));
        if (found == nullptr) {
            qFatal("no control named %s", name);
        }
        return found;
    }
    void click(const char *name) { QTest::mouseClick(find<QWidget>(name), Qt::LeftButton); }
    QString wordsOf(const char *name) const { return find<QLabel>(name)->text(); }
    void select(const QString &digest) { m_window->open({PageId::Packages, digest, {}}); }
    bool hasText(const QString &words) const;

    std::unique_ptr<test::PortalHarness> m_harness;
    std::unique_ptr<MainWindow> m_window;
    QString m_packed_folder;
    QString m_packed_output;
    Result<void> m_pack_result;
};

void PackagesTest::init()
{
    auto state = test::sampleState();
    state.push_back(test::changeOf(sparePackage()));
    build(std::move(state));
}

void PackagesTest::build(std::vector<v1::Change> state)
{
    cleanup();
    m_pack_result = {};
    m_harness = std::make_unique<test::PortalHarness>(std::move(state));
    auto parts = m_harness->parts();
    parts.pack_folder = [this](const QString &folder, const QString &output, QObject *,
                               std::function<void(Result<void>)> done) {
        m_packed_folder = folder;
        m_packed_output = output;
        done(m_pack_result);
    };
    PageFactory pages{pageEntry<PackagesPage>(PageId::Packages, u"Packages"_s, u"packages"_s)};
    m_window = std::make_unique<MainWindow>(parts, std::move(pages));
    QVERIFY(m_harness->goLive());
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get())); // fields take keys only then
    m_window->open({PageId::Packages, {}, {}});
}

void PackagesTest::cleanup()
{
    m_window.reset();
    m_harness.reset();
}

bool PackagesTest::hasText(const QString &words) const
{
    const auto labels = m_window->findChildren<QLabel *>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel *label) {
        return label->isVisible() && label->text().contains(words);
    });
}

void PackagesTest::showsWhatIsThere()
{
    auto &proxy = find<DataTable>("packagesTable")->proxy();
    QCOMPARE(proxy.rowCount(), 3);
    QVERIFY(wordsOf("packagesSummary").startsWith(u"3 packages"_s));
    const auto used =
        proxy.indexOf(kFirst).siblingAtColumn(int(models::PackageModel::Column::Used));
    QVERIFY(used.data().toString().contains(u"guestbook (Production)"_s));
    m_harness->client.push({test::removed(v1::Removed::PACKAGE, kSpare)});
    QTRY_COMPARE(proxy.rowCount(), 2);
}

void PackagesTest::filtersByKey()
{
    QTest::keyClick(find<DataTable>("packagesTable"), Qt::Key_Slash);
    auto *filter = find<SearchField>("packagesFilter");
    QTRY_VERIFY(filter->hasFocus());
    QTest::keyClicks(filter, u"spare"_s);
    auto &proxy = find<DataTable>("packagesTable")->proxy();
    QCOMPARE(proxy.rowCount(), 1);
    QTest::keyClick(filter, Qt::Key_Escape);
    QCOMPARE(proxy.rowCount(), 3);
}

void PackagesTest::opensAtItsPlace()
{
    QVERIFY(!find<PackageDetails>("packageDetails")->isVisible());
    select(QString::fromStdString(kSpare));
    QCOMPARE(wordsOf("packageName"), u"spare.cspkg"_s);
    QTRY_VERIFY(hasText(u"ServiceDefinition.csdef:17:9"_s));
    QTRY_VERIFY(hasText(u"node.exe install.js (before the role)"_s));
    QTRY_VERIFY(hasText(u"Greeting"_s));
    click("copyDigest");
    QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromStdString(kSpare));
    click("closeDetails");
    QVERIFY(!find<PackageDetails>("packageDetails")->isVisible());
}

void PackagesTest::detailsLeadToTheService()
{
    select(kFirst);
    QTRY_VERIFY(hasText(u"WorkerRole"_s));
    const auto name = "user-" + test::kProductionId;
    QCOMPARE(find<QPushButton>(name.c_str())->text(), u"guestbook – production"_s);
    click(name.c_str()); // there is no page for a service here: nothing may break
    QCOMPARE(m_window->currentPlace().page, PageId::Packages);
}

void PackagesTest::uploadRunsCancelsAndResumes()
{
    auto &client = m_harness->client;
    client.stopUploadAt(400'000);
    m_harness->prompter.file = u"/tmp/guestbook-v3.cspkg"_s;
    click("uploadPackage");
    auto *bar = find<QProgressBar>("uploadProgress");
    QTRY_COMPARE(bar->value(), 381);
    QVERIFY(wordsOf("uploadWords").startsWith(u"391 KB of"_s));
    click("uploadCancel");
    QVERIFY(!client.isUploading());
    QVERIFY(wordsOf("uploadWords").startsWith(u"Cancelled"_s));
    click("uploadResume");
    QVERIFY(client.isUploading());
    QCOMPARE(client.uploads().size(), std::size_t(2));
    QCOMPARE(client.uploads()[0], client.uploads()[1]);
    v1::UploadReply reply;
    *reply.mutable_package() = sparePackage();
    client.setUploadReply(reply);
    client.finishUpload();
    QTRY_VERIFY(wordsOf("uploadWords").startsWith(u"Stored"_s));
    QCOMPARE(find<DataTable>("packagesTable")->currentKey(), QString::fromStdString(kSpare));
    click("uploadDismiss");
    QVERIFY(!find<UploadCard>("uploadCard")->isVisible());
}

void PackagesTest::refusedPackageNamesEveryPlace()
{
    auto error = makeError(v1::Error::INVALID_ARGUMENT, "DEFINITION_INVALID",
                           "The service definition has 2 errors.");
    for (const std::uint32_t line : {12U, 31U}) {
        auto &problem = *error.add_problems();
        problem.set_severity(v1::ERROR);
        problem.set_file("ServiceDefinition.csdef");
        problem.set_line(line);
        problem.set_column(5);
        problem.set_message("A role has no name.");
    }
    m_harness->client.setUploadReply(Failure(error));
    m_harness->prompter.file = u"/tmp/broken.cspkg"_s;
    click("uploadPackage");
    QTRY_VERIFY(wordsOf("uploadWords").contains(u"2 errors"_s));
    QTRY_VERIFY(hasText(u"ServiceDefinition.csdef:12:5"_s));
    QTRY_VERIFY(hasText(u"ServiceDefinition.csdef:31:5"_s));
    QVERIFY(!find<QPushButton>("uploadResume")->isVisible());
}

void PackagesTest::dropStartsAnUpload()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file.fileName())});
    auto *page = find<QWidget>("packagesPage");
    QDragEnterEvent enter({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(page, &enter);
    QVERIFY(enter.isAccepted());
    QVERIFY(find<QWidget>("dropHint")->isVisible());
    m_harness->client.stopUploadAt(10);
    QDropEvent drop({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(page, &drop);
    QVERIFY(!find<QWidget>("dropHint")->isVisible());
    QVERIFY(m_harness->client.isUploading());
}

void PackagesTest::secondUploadWaits()
{
    m_harness->client.stopUploadAt(10);
    m_harness->prompter.file = u"/tmp/one.cspkg"_s;
    click("uploadPackage");
    m_harness->prompter.file = u"/tmp/two.cspkg"_s;
    click("uploadPackage");
    QCOMPARE(m_harness->client.uploads().size(), std::size_t(1));
    QVERIFY(m_window->toasts().texts().join(u' ').contains(u"one.cspkg is still being sent"_s));
}

void PackagesTest::usedPackageIsNotDeleted()
{
    select(kFirst);
    click("deletePackage");
    QVERIFY(m_harness->prompter.questions.isEmpty());
    QVERIFY(m_harness->client.commands().empty());
    const auto said = find<Banner>("packagesBanner")->text();
    QVERIFY2(said.contains(u"guestbook (Production)"_s), qPrintable(said));
}

void PackagesTest::unusedPackageIsDeletedAfterAQuestion()
{
    select(QString::fromStdString(kSpare));
    m_harness->client.onExecute([](const v1::Command &) -> Result<v1::CommandReply> {
        return failure(v1::Error::FAILED_PRECONDITION, "PACKAGE_IN_USE",
                       "Package spare.cspkg is used by tides (staging)");
    });
    click("deletePackage");
    QCOMPARE(m_harness->prompter.questions.last().title, u"Delete spare.cspkg?"_s);
    QCOMPARE(m_harness->client.lastCommand().delete_package(), kSpare);
    QTRY_VERIFY(find<Banner>("packagesBanner")->text().contains(u"tides (staging)"_s));
}

void PackagesTest::refusedQuestionDeletesNothing()
{
    m_harness->prompter.answer.choice = Answer::Refused;
    select(QString::fromStdString(kSpare));
    click("deletePackage");
    QCOMPARE(m_harness->prompter.questions.size(), 1);
    QVERIFY(m_harness->client.commands().empty());
}

void PackagesTest::menuCopiesTheDigest()
{
    select(QString::fromStdString(kSpare));
    QTest::keyClick(find<DataTable>("packagesTable"), Qt::Key_Menu);
    QVERIFY(test::chooseIn(find<QMenu>("packageMenu"), "menuCopyDigest"));
    QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromStdString(kSpare));
    QTRY_VERIFY(m_window->findChild<QMenu *>(u"packageMenu"_s) == nullptr);
    QTest::keyClick(find<DataTable>("packagesTable"), Qt::Key_Menu);
    QVERIFY(test::chooseIn(find<QMenu>("packageMenu"), "menuDeletePackage"));
    QCOMPARE(m_harness->client.lastCommand().delete_package(), kSpare);
}

void PackagesTest::packsAFolderAndOffersToUploadIt()
{
    m_harness->prompter.file = u"/tmp/chosen"_s;
    click("packFolder");
    QCOMPARE(m_harness->prompter.titles.size(), 2);
    QCOMPARE(m_packed_folder, u"/tmp/chosen"_s);
    QCOMPARE(m_packed_output, u"/tmp/chosen"_s);
    auto *banner = find<Banner>("packagesBanner");
    QVERIFY(banner->text().startsWith(u"Packed to"_s));
    m_harness->client.stopUploadAt(10);
    QTest::mouseClick(banner->findChild<QPushButton *>(), Qt::LeftButton);
    QVERIFY(m_harness->client.isUploading());
}

void PackagesTest::packingProblemsAreSaid()
{
    auto error = makeError(v1::Error::INVALID_ARGUMENT, "DEFINITION_INVALID", "It is not XML.");
    auto &problem = *error.add_problems();
    problem.set_file("ServiceDefinition.csdef");
    problem.set_line(3);
    problem.set_column(1);
    problem.set_message("A tag is not closed.");
    m_pack_result = Failure(error);
    m_harness->prompter.file = u"/tmp/chosen"_s;
    click("packFolder");
    const auto said = find<Banner>("packagesBanner")->text();
    QVERIFY(said.contains(u"ServiceDefinition.csdef:3:1: A tag is not closed."_s));
    QVERIFY(find<QWidget>("packFolder")->isEnabled());
}

void PackagesTest::emptyStateInvites()
{
    build(test::emptyState());
    m_harness->client.stopUploadAt(10);
    QVERIFY(find<QWidget>("packagesEmpty")->isVisible());
    m_harness->prompter.file = u"/tmp/first.cspkg"_s;
    click("emptyUpload");
    QVERIFY(m_harness->client.isUploading());
    click("emptyPack");
    QCOMPARE(m_packed_folder, u"/tmp/first.cspkg"_s);
    m_harness->client.push({test::changeOf(sparePackage())});
    QTRY_VERIFY(!find<QWidget>("packagesEmpty")->isVisible());
}

void PackagesTest::staleRowsStay()
{
    m_harness->client.disconnect();
    auto &proxy = find<DataTable>("packagesTable")->proxy();
    QTRY_VERIFY(proxy.index(0, 0).data(models::StaleRole).toBool());
    QCOMPARE(proxy.rowCount(), 3);
}

QTEST_MAIN(PackagesTest)
#include "packages_test.moc"
