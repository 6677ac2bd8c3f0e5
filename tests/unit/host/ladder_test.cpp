// Why a level is left, and when it is not: the words of real runtimes, and the ladder over them.
#include "backend/host/level_ladder.h"
#include "backend/host/refusal.h"

#include <QTest>
#include <map>

using namespace slipway;
using host::Attempt;
using host::RefusalKind;

namespace
{

Attempt passing(const std::string &why)
{
    return {false, why, RefusalKind::Passing};
}

// What is tried, and what each try says; the last word of a level is said again and again.
struct Machine {
    std::map<IsolationLevel, std::vector<Attempt>> says;
    std::vector<IsolationLevel> tried;

    host::Standing climb(const host::LadderRules &rules)
    {
        return host::climbDown(rules, [this](IsolationLevel level) {
            tried.push_back(level);
            auto &words = says[level];
            const Attempt word = words.empty() ? Attempt::success() : words.front();
            if (words.size() > 1)
                words.erase(words.begin());
            return word;
        });
    }
};

} // namespace

class LadderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatAnOldLandlockLeavesOpen();
    void weighsWords_data();
    void weighsWords();
    void picksTheTellingLine();
    void ordersTheLevels();
    void takesTheBestThatHolds();
    void leavesALevelOnlyWhenRefusedTwice();
    void staysUnfitForWhatMayPass();
    void neverGoesBelowTheFloor();
    void needsTheWordForNoIsolation();
};

void LadderTest::weighsWords_data()
{
    QTest::addColumn<QString>("words");
    QTest::addColumn<bool>("lasting");
    const auto row = [](const char *name, const char *words, bool lasting) {
        QTest::newRow(name) << QString::fromUtf8(words) << lasting;
    };
    row("user namespace denied",
        "nsexec-1[4711]: failed to unshare user namespace: Operation not permitted\n"
        "time=\"2026-11-27T10:00:00Z\" level=error msg=\"runc run failed: unable to start "
        "container "
        "process: waiting for init preliminary setup: read init-p: connection reset by peer\"\n",
        true);
    row("namespaces denied",
        "nsexec-1[12]: failed to unshare remaining namespaces (except cgroupns): Operation not "
        "permitted",
        true);
    row("clone not there", "runc run failed: fork/exec /proc/self/exe: function not implemented",
        true);
    row("proc may not be mounted",
        "runc run failed: unable to start container process: error during container init: error "
        "mounting \"proc\" to rootfs at \"/proc\": mount proc:/proc (via /proc/self/fd/7), flags: "
        "0xe: operation not permitted",
        true);
    row("cgroups read-only",
        "runc run failed: unable to start container process: unable to apply cgroup configuration: "
        "mkdir /sys/fs/cgroup/memory/slipway-0badcafe: read-only file system",
        true);
    row("cgroups denied",
        "runc run failed: unable to start container process: unable to apply cgroup configuration: "
        "mkdir /sys/fs/cgroup/user.slice/slipway-0badcafe: permission denied",
        true);
    row("no cgroups", "runc run failed: cgroups: cgroup mountpoint does not exist", true);
    row("no user namespaces built", "nsexec: failed to unshare userns: Invalid argument", true);
    row("mounts of the host's own", "Cannot get mounts of its own: Operation not permitted.", true);
    row("no landlock", "Landlock: cannot be used on this machine: Function not implemented", true);
    row("disk full",
        "runc run failed: unable to start container process: error during container init: open "
        "/run/slipway/host-1/test/config.json: no space left on device",
        false);
    row("cgroups full",
        "unable to apply cgroup configuration: mkdir /sys/fs/cgroup/memory/x: no space left on "
        "device",
        false);
    row("no memory", "runc run failed: fork/exec /proc/self/exe: cannot allocate memory", false);
    row("no process", "fork/exec /proc/self/exe: resource temporarily unavailable", false);
    row("no thread", "runtime: failed to create new OS thread (have 2 already; errno=11)", false);
    row("no descriptor", "runc run failed: open /proc/self/fd: too many open files", false);
    row("quota", "write /run/x/state.json: disk quota exceeded", false);
    row("too slow", "runc did not end within 8000 ms.", false);
    row("denied and full",
        "failed to unshare user namespace: Operation not permitted\nno space left on device",
        false);
    row("crashed", "Segmentation fault", false);
    row("silent", "", false);
    row("namespaces used up",
        "nsexec-1[4711]: failed to unshare user namespace: No space left on device", false);
    row("a file is gone", "open /run/slipway/x: no such file or directory", false);
    row("a file is closed", "open /run/slipway/x: permission denied", false);
}

void LadderTest::weighsWords()
{
    QFETCH(QString, words);
    QFETCH(bool, lasting);
    const RefusalKind kind = host::kindOfRefusal(words.toStdString(), {});
    QCOMPARE(kind == RefusalKind::Lasting, lasting);
}

void LadderTest::picksTheTellingLine()
{
    const std::string words = "nsexec-1[7]: failed to unshare user namespace: No space left on "
                              "device\nrunc run failed: connection reset by peer\n";
    QCOMPARE(host::tellingLine(words),
             std::string("nsexec-1[7]: failed to unshare user namespace: No space left on device"));
    // The same words mean a denial where the kernel's limit is 0.
    QVERIFY(host::kindOfRefusal(words, {true}) == RefusalKind::Lasting);
    QVERIFY(host::kindOfRefusal(words, {false}) == RefusalKind::Passing);
    QCOMPARE(host::tellingLine("one\ntwo\n\n"), std::string("two"));
    QCOMPARE(host::tellingLine(""), std::string("it said nothing"));
    const std::string fatal = "level=fatal msg=\"failed to open mount source /x: No such file\"";
    QCOMPARE(host::tellingLine(fatal +
                               "\nlevel=warning msg=\"Failed to remove cgroup\" error=\"rmdir /y: "
                               "device or resource busy\"\nlevel=error msg=\"runc run failed\"\n"),
             fatal);
}

void LadderTest::ordersTheLevels()
{
    QVERIFY(IsolationLevel::None < IsolationLevel::Confined);
    QVERIFY(IsolationLevel::Confined < IsolationLevel::WithoutLimits);
    QVERIFY(IsolationLevel::WithoutLimits < IsolationLevel::WithLimits);
    for (const IsolationLevel level : kIsolationLevels)
        QVERIFY(isolationNamed(isolationName(level)) == level);
    QVERIFY(!isolationNamed(""));
    QVERIFY(!hasNamespaces(IsolationLevel::Confined));
    QVERIFY(hasNamespaces(IsolationLevel::WithoutLimits));
}

void LadderTest::takesTheBestThatHolds()
{
    Machine good;
    const host::Standing best = good.climb({});
    QVERIFY(best.level == IsolationLevel::WithLimits);
    QVERIFY(best.advice.empty() && best.unfit_reason.empty());
    Machine container;
    container.says[IsolationLevel::WithLimits] = {Attempt::missing("denied")};
    container.says[IsolationLevel::WithoutLimits] = {Attempt::missing("denied")};
    const host::Standing confined = container.climb({});
    QVERIFY(confined.level == IsolationLevel::Confined);
    QVERIFY(confined.unfit_reason.empty());
    QVERIFY(!confined.advice.empty());
}

void LadderTest::leavesALevelOnlyWhenRefusedTwice()
{
    Machine machine;
    machine.says[IsolationLevel::WithLimits] = {Attempt::missing("denied"), Attempt::success()};
    const host::Standing standing = machine.climb({});
    QVERIFY(standing.level == IsolationLevel::WithLimits);
    QCOMPARE(machine.tried.size(), std::size_t(2));
}

void LadderTest::staysUnfitForWhatMayPass()
{
    for (const IsolationLevel level : kIsolationLevels) {
        Machine machine;
        for (const IsolationLevel above : kIsolationLevels)
            if (above > level)
                machine.says[above] = {Attempt::missing("denied")};
        machine.says[level] = {passing("no space left on device")};
        const host::Standing standing = machine.climb({std::nullopt, true});
        QVERIFY(standing.unfit_reason.find("no space left on device") != std::string::npos);
        QVERIFY(machine.tried.back() == level); // nothing lower was tried
    }
}

void LadderTest::neverGoesBelowTheFloor()
{
    Machine machine;
    machine.says[IsolationLevel::WithLimits] = {Attempt::missing("runc is not installed")};
    const host::Standing standing = machine.climb({IsolationLevel::WithLimits, true});
    QVERIFY(standing.unfit_reason.find("runc is not installed") != std::string::npos);
    QVERIFY(machine.tried.back() == IsolationLevel::WithLimits);
    Machine lower;
    lower.says[IsolationLevel::WithLimits] = {Attempt::missing("denied")};
    lower.says[IsolationLevel::WithoutLimits] = {Attempt::missing("denied")};
    QVERIFY(!lower.climb({IsolationLevel::WithoutLimits, true}).unfit_reason.empty());
    QVERIFY(lower.climb({IsolationLevel::Confined, true}).unfit_reason.empty());
}

void LadderTest::needsTheWordForNoIsolation()
{
    Machine machine;
    for (const IsolationLevel level : kIsolationLevels)
        if (level != IsolationLevel::None)
            machine.says[level] = {Attempt::missing("denied")};
    const host::Standing refused = machine.climb({});
    QVERIFY(refused.unfit_reason.find("settings set accept_no_isolation true") !=
            std::string::npos);
    QVERIFY(machine.tried.back() == IsolationLevel::Confined);
    const host::Standing accepted = machine.climb({std::nullopt, true});
    QVERIFY(accepted.level == IsolationLevel::None);
    QVERIFY(accepted.unfit_reason.empty());
}

void LadderTest::tellsWhatAnOldLandlockLeavesOpen()
{
    const std::string oldest = host::landlockAdvice(1);
    QVERIFY2(oldest.find("ports") != std::string::npos || oldest.find("port") != std::string::npos,
             oldest.c_str());
    QVERIFY(oldest.find("signals") != std::string::npos);
    const std::string newer = host::landlockAdvice(4);
    QVERIFY(newer.find("port") == std::string::npos);
    QVERIFY(newer.find("signals") != std::string::npos);
    QCOMPARE(host::landlockAdvice(6), std::string());
    QCOMPARE(host::landlockAdvice(7), std::string());
}

QTEST_GUILESS_MAIN(LadderTest)
#include "ladder_test.moc"
