// What a fabric holds against the level that a host says it reached.
#include "backend/engine/local/fitness.h"

#include <QTemporaryDir>
#include <QTest>

using namespace slipway;

class FitnessTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsTheBestLevelOfTheRun();
    void isKnownToTheNextController();
    void objectsToWhatIsLower();
    void saysOnceThatARunHasLess();
    void asksForTheWord();
    void waitsLongerEachTime();

private:
    std::filesystem::path file() const
    {
        return m_folder.filePath(QStringLiteral("isolation")).toStdString();
    }
    std::filesystem::path kept() const
    {
        return m_folder.filePath(QStringLiteral("kept")).toStdString();
    }
    QTemporaryDir m_folder;
};

void FitnessTest::keepsTheBestLevelOfTheRun()
{
    engine::IsolationFloor floor(file(), kept());
    floor.forget();
    QCOMPARE(floor.name(), std::string());
    QVERIFY(floor.reached("confined"));
    QVERIFY(!floor.reached("confined"));
    QVERIFY(floor.reached("isolated with limits")); // others were taken in below it
    QVERIFY(!floor.reached("no isolation"));
    QVERIFY(!floor.reached("something else"));
    QCOMPARE(floor.name(), std::string("isolated with limits"));
}

void FitnessTest::isKnownToTheNextController()
{
    engine::IsolationFloor(file(), kept()).forget();
    engine::IsolationFloor(file(), kept()).reached("isolated without limits");
    engine::IsolationFloor next(file(), kept());
    QCOMPARE(next.name(), std::string("isolated without limits"));
    next.forget();
    QCOMPARE(engine::IsolationFloor(file(), kept()).name(), std::string());
}

void FitnessTest::objectsToWhatIsLower()
{
    engine::IsolationFloor floor(file(), kept());
    floor.forget();
    QVERIFY(floor.objection("confined", false).empty());
    floor.reached("isolated without limits");
    QVERIFY(floor.objection("isolated without limits", false).empty());
    QVERIFY(floor.objection("isolated with limits", false).empty());
    const std::string why = floor.objection("confined", true);
    QVERIFY2(why.find("confined") != std::string::npos, why.c_str());
    QVERIFY(!floor.objection("no isolation", true).empty());
    QVERIFY(!floor.objection("something else", true).empty());
    QVERIFY(!floor.objection("", true).empty());
    floor.forget();
}

void FitnessTest::saysOnceThatARunHasLess()
{
    const auto run = [this](const char *level) {
        engine::IsolationFloor floor(file(), kept());
        floor.forget();
        floor.reached(level);
        const std::string told = floor.fallenFrom();
        return told.empty() || floor.fallenFrom().empty() ? told : "twice";
    };
    std::filesystem::remove(kept());
    QCOMPARE(run("isolated with limits"), std::string());
    QCOMPARE(run("confined"), std::string("isolated with limits"));
    QCOMPARE(run("confined"), std::string());
    QCOMPARE(run("isolated without limits"), std::string());
    QCOMPARE(run("no isolation"), std::string("isolated without limits"));
}

void FitnessTest::asksForTheWord()
{
    const engine::IsolationFloor floor(file(), kept());
    QVERIFY(!floor.objection("no isolation", false).empty());
    QVERIFY(floor.objection("no isolation", true).empty());
}

void FitnessTest::waitsLongerEachTime()
{
    engine::RetestBackoff backoff;
    const std::int64_t first_ms = backoff.next_ms();
    std::int64_t last_ms = first_ms;
    for (int i = 0; i < 20; ++i) {
        const std::int64_t next_ms = backoff.next_ms();
        QVERIFY(next_ms >= last_ms);
        last_ms = next_ms;
    }
    QCOMPARE(last_ms, std::int64_t(60'000));
    backoff.reset();
    QCOMPARE(backoff.next_ms(), first_ms);
}

QTEST_GUILESS_MAIN(FitnessTest)
#include "fitness_test.moc"
