// Finding and making a group whose children can have limits, in a folder that stands for the
// kernel's.
#include "backend/sys/cgroup_delegation.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <iterator>

using namespace slipway;
namespace fs = std::filesystem;

namespace
{

constexpr char kAll[] = "cpuset cpu io memory pids\n";

} // namespace

class CgroupDelegationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void findsNothingThatIsNotOurs();
    void findsTheNearestWithItsControllersOn();
    void switchesControllersOnFromTheTop();
    void movesItselfWhereItHasOnlyItsOwnGroup();
    void givesUpWithoutControllers();

private:
    void makeGroup(const std::string &group, const std::string &controllers,
                   const std::string &on = {}, const std::string &processes = {});
    void write(const std::string &file, const std::string &text);
    std::string read(const std::string &file) const;
    sys::CgroupView view(const std::string &group) const { return {root(), group}; }
    fs::path root() const { return m_folder->path().toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void CgroupDelegationTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void CgroupDelegationTest::write(const std::string &file, const std::string &text)
{
    std::ofstream(root() / file) << text;
}

std::string CgroupDelegationTest::read(const std::string &file) const
{
    std::ifstream stream(root() / file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void CgroupDelegationTest::makeGroup(const std::string &group, const std::string &controllers,
                                     const std::string &on, const std::string &processes)
{
    fs::create_directories(root() / group);
    write(group + "/cgroup.controllers", controllers);
    write(group + "/cgroup.subtree_control", on);
    write(group + "/cgroup.procs", processes);
}

// A group without the three files that its owner may write ends the delegation.
void CgroupDelegationTest::findsNothingThatIsNotOurs()
{
    fs::create_directories(root() / "user.slice/session-3.scope");
    QVERIFY(!sys::limitedGroup(view("/user.slice/session-3.scope")));
    QVERIFY(!sys::makeLimitedGroup(view("/user.slice/session-3.scope")));
    QVERIFY(!sys::limitedGroup(view("/")));
    QVERIFY(!sys::limitedGroup(view("")));
}

void CgroupDelegationTest::findsTheNearestWithItsControllersOn()
{
    fs::create_directories(root() / "user.slice");
    makeGroup("user.slice/me", kAll, "cpu memory pids\n");
    makeGroup("user.slice/me/app", "cpu memory pids\n", "cpu memory pids\n");
    makeGroup("user.slice/me/app/one.scope", "cpu memory pids\n", "", "17\n");
    QCOMPARE(sys::limitedGroup(view("/user.slice/me/app/one.scope")),
             std::optional<std::string>("/user.slice/me/app"));
    write("user.slice/me/app/cgroup.subtree_control", "memory pids\n");
    QCOMPARE(sys::limitedGroup(view("/user.slice/me/app/one.scope")),
             std::optional<std::string>("/user.slice/me"));
}

void CgroupDelegationTest::switchesControllersOnFromTheTop()
{
    fs::create_directories(root() / "user.slice");
    makeGroup("user.slice/me", kAll, "memory pids\n");
    makeGroup("user.slice/me/app", kAll, "");
    makeGroup("user.slice/me/app/one.scope", "memory pids\n", "", "17\n");
    const auto group = sys::makeLimitedGroup(view("/user.slice/me/app/one.scope"));
    QCOMPARE(group, std::optional<std::string>("/user.slice/me/app"));
    QCOMPARE(read("user.slice/me/cgroup.subtree_control"), std::string("+cpu +memory +pids\n"));
    QCOMPARE(read("user.slice/me/app/cgroup.subtree_control"), std::string("+cpu +memory +pids\n"));
    QCOMPARE(read("user.slice/me/app/one.scope/cgroup.procs"), std::string("17\n")); // stays there
}

void CgroupDelegationTest::movesItselfWhereItHasOnlyItsOwnGroup()
{
    fs::create_directories(root() / "user.slice");
    makeGroup("user.slice/run.scope", kAll, "", "17\n");
    const auto group = sys::makeLimitedGroup(view("/user.slice/run.scope"));
    QCOMPARE(group, std::optional<std::string>("/user.slice/run.scope"));
    QCOMPARE(read("user.slice/run.scope/slipway-itself/cgroup.procs"), std::string("17\n"));
    QCOMPARE(read("user.slice/run.scope/cgroup.subtree_control"),
             std::string("+cpu +memory +pids\n"));
    // Its hosts look from the leaf.
    write("user.slice/run.scope/slipway-itself/cgroup.subtree_control", "");
    QCOMPARE(sys::limitedGroup(view("/user.slice/run.scope/slipway-itself")),
             std::optional<std::string>("/user.slice/run.scope"));
}

void CgroupDelegationTest::givesUpWithoutControllers()
{
    fs::create_directories(root() / "user.slice");
    makeGroup("user.slice/me", "memory pids\n", "memory pids\n");
    makeGroup("user.slice/me/one.scope", "memory pids\n", "", "17\n");
    QVERIFY(!sys::makeLimitedGroup(view("/user.slice/me/one.scope")));
}

QTEST_GUILESS_MAIN(CgroupDelegationTest)
#include "cgroup_delegation_test.moc"
