// The settings page by mouse and keyboard over a fake fabric.
#include "tests/support/portal_harness.h"
#include "views/settings/price_card.h"
#include "views/settings/save_bar.h"
#include "views/settings/settings_page.h"
#include "views/widgets/segmented_control.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSpinBox>
#include <QtTest>

using namespace slipway;
using namespace slipway::views;
using namespace Qt::StringLiterals;
using models::PortalSettings;

class SettingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void appearanceTakesEffectAtOnce();
    void closingIsRemembered();
    void everyFabricFieldGoesIntoTheCommand_data();
    void everyFabricFieldGoesIntoTheCommand();
    void noIsolationIsAWordOfItsOwn();
    void oneCommandWithTheEtag();
    void editingGoesOnWhileTheSavedRevisionArrives();
    void discardTakesEverythingBack();
    void moreFaultDomainsThanHostsIsSaidInline();
    void refusalIsSaidInline();
    void changesOfOthersArriveWhileClean();
    void changesOfOthersAreNamedWhileDirty();
    void pricesAreRead_data();
    void pricesAreRead();
    void wrongPriceIsSaidInline();
    void currencyIsJudged();
    void aboutSaysWhereItRuns();
    void sectionsAreReached();
    void staleSavesNothing();

private:
    template <typename T> T *find(const char *name) const
    {
        auto *found = m_window->findChild<T *>(QString::fromLatin1(name));
        if (found == nullptr) {
            qFatal("no control named %s", name);
        }
        return found;
    }
    void click(const char *name) { QTest::mouseClick(find<QWidget>(name), Qt::LeftButton); }
    void type(const char *name, const QString &words);
    QString wordsOf(const char *name) const { return find<QLabel>(name)->text(); }
    v1::Settings present() const { return m_harness->store.settings(); }

    std::unique_ptr<test::PortalHarness> m_harness;
    std::unique_ptr<MainWindow> m_window;
};

void SettingsTest::init()
{
    m_harness = std::make_unique<test::PortalHarness>();
    m_window = m_harness->makeWindow(
        {pageEntry<SettingsPage>(PageId::Settings, u"Settings"_s, u"settings"_s)});
    QVERIFY(m_harness->goLive());
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get())); // fields take keys only then
    m_window->open({PageId::Settings, {}, {}});
    QTRY_VERIFY(m_window->findChild<QLineEdit *>(u"price-Small"_s) != nullptr);
}

void SettingsTest::cleanup()
{
    m_window.reset();
    m_harness.reset();
}

void SettingsTest::type(const char *name, const QString &words)
{
    auto *field = find<QWidget>(name);
    field->setFocus();
    QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(field, Qt::Key_Delete);
    QTest::keyClicks(field, words);
}

void SettingsTest::appearanceTakesEffectAtOnce()
{
    auto *scheme = find<SegmentedControl>("scheme");
    QTest::keyClick(scheme, Qt::Key_Right);
    QCOMPARE(m_harness->settings.scheme(), PortalSettings::Scheme::Light);
    QTest::keyClick(scheme, Qt::Key_Right);
    QVERIFY(m_harness->theme.isDark());
    QTest::keyClick(find<SegmentedControl>("density"), Qt::Key_Right);
    QVERIFY(m_harness->theme.isCompact());
    m_harness->settings.setScheme(PortalSettings::Scheme::System);
    QCOMPARE(scheme->current(), 0);
}

void SettingsTest::closingIsRemembered()
{
    QVERIFY(find<QRadioButton>("closeAsk")->isChecked());
    find<QRadioButton>("closeKeep")->click();
    QCOMPARE(m_harness->settings.onClose(), PortalSettings::OnClose::KeepServices);
    find<QRadioButton>("closeStop")->click();
    QCOMPARE(m_harness->settings.onClose(), PortalSettings::OnClose::StopServices);
    m_harness->settings.setOnClose(PortalSettings::OnClose::Ask);
    QVERIFY(find<QRadioButton>("closeAsk")->isChecked());
}

void SettingsTest::everyFabricFieldGoesIntoTheCommand_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QString>("typed");
    QTest::addColumn<qulonglong>("sent");
    QTest::addColumn<int>("field");
    const auto row = [](const char *name, const char *typed, qulonglong sent, int field) {
        QTest::newRow(name) << QByteArray(name) << QString::fromLatin1(typed) << sent << field;
    };
    row("drainLimit", "45", 45'000, v1::Settings::kDrainLimitMsFieldNumber);
    row("stopGrace", "7", 7'000, v1::Settings::kStopGraceMsFieldNumber);
    row("fabricStopGrace", "60", 60'000, v1::Settings::kFabricStopGraceMsFieldNumber);
    row("logLimit", "80", 80ULL << 20, v1::Settings::kLogLimitBytesFieldNumber);
    row("crashLimit", "9", 9, v1::Settings::kCrashLimitFieldNumber);
    row("crashWindow", "20", 1'200'000, v1::Settings::kCrashWindowMsFieldNumber);
    row("hostRejoin", "8", 8'000, v1::Settings::kHostRejoinMsFieldNumber);
    row("readyLeast", "3", 3'000, v1::Settings::kReadyLeastMsFieldNumber);
    row("hostCount", "8", 8, v1::Settings::kHostCountFieldNumber);
    row("faultDomains", "3", 3, v1::Settings::kFaultDomainCountFieldNumber);
    row("hostCores", "32", 32, v1::Settings::kHostCoresFieldNumber);
    row("historyDays", "30", 30, v1::Settings::kHistoryDaysFieldNumber);
    row("historyRows", "50000", 50'000, v1::Settings::kHistoryRowsFieldNumber);
    row("snapshotsKept", "7", 7, v1::Settings::kSnapshotsKeptFieldNumber);
    row("hostMemory", "64", 64ULL << 30, v1::Settings::kHostMemoryBytesFieldNumber);
}

void SettingsTest::everyFabricFieldGoesIntoTheCommand()
{
    QFETCH(QByteArray, name);
    QFETCH(QString, typed);
    QFETCH(qulonglong, sent);
    QFETCH(int, field);
    type(name.constData(), typed);
    click("saveSettings");
    const auto settings = m_harness->client.lastCommand().update_settings();
    const auto *described = settings.GetDescriptor()->FindFieldByNumber(field);
    const auto *reflection = settings.GetReflection();
    const bool wide = described->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_UINT64;
    QCOMPARE(qulonglong(wide ? reflection->GetUInt64(settings, described)
                             : reflection->GetUInt32(settings, described)),
             sent);
}

void SettingsTest::noIsolationIsAWordOfItsOwn()
{
    auto *word = find<QCheckBox>("acceptNoIsolation");
    QVERIFY(!word->isChecked());
    word->click();
    QCOMPARE(wordsOf("saveWords"), u"Not saved yet: isolation"_s);
    click("saveSettings");
    QVERIFY(m_harness->client.lastCommand().update_settings().accept_no_isolation());
    auto taken_back = present();
    taken_back.set_accept_no_isolation(true);
    m_harness->client.push({test::changeOf(taken_back)});
    QTRY_VERIFY(!find<SaveBar>("saveBar")->isVisible());
    QVERIFY(word->isChecked());
}

void SettingsTest::oneCommandWithTheEtag()
{
    QVERIFY(!find<SaveBar>("saveBar")->isVisible());
    type("drainLimit", u"45"_s);
    type("crashLimit", u"9"_s);
    QVERIFY(find<SaveBar>("saveBar")->isVisible());
    QCOMPARE(wordsOf("saveWords"), u"Not saved yet: drain limit, crash rule"_s);
    const auto seen = present().revision();
    QVERIFY(seen > 0);
    m_harness->client.holdAnswers(true);
    QTest::keyClick(m_window.get(), Qt::Key_S, Qt::ControlModifier);
    QTRY_COMPARE(m_harness->client.commands().size(), std::size_t(1));
    QCOMPARE(m_harness->client.lastCommand().etag(), seen);
    QCOMPARE(wordsOf("saveWords"), u"Saving …"_s);
    QVERIFY(!find<QPushButton>("saveSettings")->isEnabled());
    m_harness->client.release();
    QTRY_VERIFY(!find<SaveBar>("saveBar")->isVisible());
    auto saved = present();
    saved.set_drain_limit_ms(45'000);
    saved.set_crash_limit(9);
    m_harness->client.push({test::changeOf(saved)});
    QTRY_COMPARE(present().drain_limit_ms(), 45'000U);
    QVERIFY(!find<SaveBar>("saveBar")->isVisible());
    QCOMPARE(find<QSpinBox>("drainLimit")->value(), 45);
}

void SettingsTest::editingGoesOnWhileTheSavedRevisionArrives()
{
    type("drainLimit", u"45"_s);
    auto saved = present();
    saved.set_drain_limit_ms(45'000);
    click("saveSettings");
    QTRY_VERIFY(!find<SaveBar>("saveBar")->isVisible());
    type("crashLimit", u"9"_s);
    m_harness->client.push({test::changeOf(saved)});
    QTRY_COMPARE(present().drain_limit_ms(), 45'000U);
    QVERIFY(find<QPushButton>("saveSettings")->isEnabled());
    click("saveSettings");
    QCOMPARE(m_harness->client.lastCommand().etag(), present().revision());
}

void SettingsTest::discardTakesEverythingBack()
{
    type("hostCount", u"8"_s);
    type("price-Small", u"abc"_s);
    click("discardSettings");
    QCOMPARE(find<QSpinBox>("hostCount")->value(), 6);
    QVERIFY(find<QLineEdit>("price-Small")->text().isEmpty());
    QVERIFY(!find<SaveBar>("saveBar")->isVisible());
}

void SettingsTest::moreFaultDomainsThanHostsIsSaidInline()
{
    type("faultDomains", u"9"_s);
    QVERIFY(find<QLabel>("faultDomainsProblem")->isVisible());
    QVERIFY(!find<QPushButton>("saveSettings")->isEnabled());
    type("hostCount", u"12"_s);
    QVERIFY(!find<QLabel>("faultDomainsProblem")->isVisible());
    QVERIFY(find<QPushButton>("saveSettings")->isEnabled());
}

void SettingsTest::refusalIsSaidInline()
{
    m_harness->client.onExecute([](const v1::Command &) -> Result<v1::CommandReply> {
        return failure(v1::Error::FAILED_PRECONDITION, "HOST_IN_USE",
                       "host-6 still holds instances: scale in or delete deployments first.");
    });
    type("hostCount", u"5"_s);
    click("saveSettings");
    QTRY_VERIFY(wordsOf("saveProblem").startsWith(u"host-6 still holds instances"_s));
    QCOMPARE(find<QSpinBox>("hostCount")->value(), 5);
    QVERIFY(find<QPushButton>("saveSettings")->isEnabled());
}

void SettingsTest::changesOfOthersArriveWhileClean()
{
    auto theirs = present();
    theirs.set_drain_limit_ms(99'000);
    m_harness->client.push({test::changeOf(theirs)});
    QTRY_COMPARE(find<QSpinBox>("drainLimit")->value(), 99);
    QVERIFY(!find<SaveBar>("saveBar")->isVisible());
}

void SettingsTest::changesOfOthersAreNamedWhileDirty()
{
    type("drainLimit", u"45"_s);
    auto theirs = present();
    theirs.set_drain_limit_ms(99'000);
    m_harness->client.push({test::changeOf(theirs)});
    QTRY_VERIFY(wordsOf("saveProblem").startsWith(u"Somebody else"_s));
    QCOMPARE(find<QSpinBox>("drainLimit")->value(), 45);
    QVERIFY(!find<QPushButton>("saveSettings")->isEnabled());
    click("discardSettings");
    QCOMPARE(find<QSpinBox>("drainLimit")->value(), 99);
}

void SettingsTest::pricesAreRead_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<qlonglong>("micros"); // below 0: refused
    QTest::addColumn<QString>("shown");
    QTest::newRow("plain") << u"0.084"_s << 84'000LL << u"0.084"_s;
    QTest::newRow("comma") << u"1,5"_s << 1'500'000LL << u"1.50"_s;
    QTest::newRow("whole") << u"12"_s << 12'000'000LL << u"12.00"_s;
    QTest::newRow("smallest") << u"0.000001"_s << 1LL << u"0.000001"_s;
    QTest::newRow("none") << u" "_s << 0LL << QString();
    QTest::newRow("letters") << u"cheap"_s << -1LL << QString();
    QTest::newRow("negative") << u"-1"_s << -1LL << QString();
    QTest::newRow("too fine") << u"0.0000001"_s << -1LL << QString();
}

void SettingsTest::pricesAreRead()
{
    QFETCH(QString, typed);
    QFETCH(qlonglong, micros);
    QFETCH(QString, shown);
    const auto read = parsePrice(typed);
    QCOMPARE(read.has_value(), micros >= 0);
    if (read) {
        QCOMPARE(qlonglong(*read), micros);
        QCOMPARE(priceText(*read), shown);
    }
}

void SettingsTest::wrongPriceIsSaidInline()
{
    type("price-Small", u"cheap"_s);
    QVERIFY(find<QLabel>("priceProblem")->isVisible());
    QVERIFY(find<QLineEdit>("price-Small")->property("invalid").toBool());
    QVERIFY(!find<QPushButton>("saveSettings")->isEnabled());
    type("price-Small", u"0.084"_s);
    QVERIFY(!find<QLabel>("priceProblem")->isVisible());
    QCOMPARE(wordsOf("saveWords"), u"Not saved yet: prices"_s);
    click("saveSettings");
    const auto sent = m_harness->client.lastCommand().update_settings();
    QCOMPARE(sent.prices_size(), 1);
    QCOMPARE(sent.prices(0).size(), std::string("Small"));
    QCOMPARE(qlonglong(sent.prices(0).micros_per_hour()), 84'000LL);
}

void SettingsTest::currencyIsJudged()
{
    QCOMPARE(find<QLineEdit>("currency")->text(), u"EUR"_s);
    type("currency", u"12 x"_s);
    QVERIFY(find<QLabel>("currencyProblem")->isVisible());
    QVERIFY(!find<QPushButton>("saveSettings")->isEnabled());
    type("currency", u"CHF"_s);
    QVERIFY(!find<QLabel>("currencyProblem")->isVisible());
    click("saveSettings");
    QCOMPARE(m_harness->client.lastCommand().update_settings().currency(), std::string("CHF"));
}

void SettingsTest::aboutSaysWhereItRuns()
{
    QTRY_VERIFY(wordsOf("aboutFabric").startsWith(u"0badcafe, inside this portal"_s));
    QCOMPARE(wordsOf("aboutSocket"), u"/run/slipway/fabric.sock"_s);
    QVERIFY(wordsOf("aboutIsolation").startsWith(u"isolated with limits"_s));
    QVERIFY(wordsOf("aboutVersion").startsWith(QStringLiteral(SLIPWAY_VERSION)));
    QVERIFY(wordsOf("aboutLicence").contains(u"General Public License"_s));
    QCOMPARE(wordsOf("aboutData"), u"–"_s); // the sample's status does not say
    click("copyAbout");
    QVERIFY(QGuiApplication::clipboard()->text().contains(u"Engine: local"_s));
}

void SettingsTest::sectionsAreReached()
{
    auto *bar = find<QScrollArea>("settingsScroll")->verticalScrollBar();
    QTRY_VERIFY(bar->maximum() > 0);
    click("go-about");
    QVERIFY(bar->value() > 0);
    for (const auto *section : {"go-prices", "go-fabric", "go-closing", "go-appearance"}) {
        const int before = bar->value();
        click(section);
        QVERIFY2(bar->value() <= before, section);
    }
    QCOMPARE(bar->value(), 0);
    QCOMPARE(m_window->currentPage()->pageActions().size(), 5);
    m_window->currentPage()->pageActions().last()->trigger();
    QVERIFY(bar->value() > 0);
    QCOMPARE(m_window->currentPlace().part, u"about"_s);
}

void SettingsTest::staleSavesNothing()
{
    type("drainLimit", u"45"_s);
    m_harness->client.disconnect();
    QTRY_VERIFY(!find<QPushButton>("saveSettings")->isEnabled());
    m_harness->client.reconnect();
    QTRY_VERIFY(find<QPushButton>("saveSettings")->isEnabled());
    QCOMPARE(find<QSpinBox>("drainLimit")->value(), 45);
}

QTEST_MAIN(SettingsTest)
#include "settings_test.moc"
