// The host's parts that need no sandbox: waiting before a restart, disks, the sandbox's contract.
#include "backend/host/guest_places.h"
#include "backend/host/instance_disk.h"
#include "backend/host/process_limits.h"
#include "backend/host/restart_backoff.h"
#include "backend/host/root_folder.h"
#include "backend/host/sandbox_document.h"
#include "backend/sys/text.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

using namespace slipway;
namespace fs = std::filesystem;

class HostRulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_home = std::make_unique<QTemporaryDir>(); }
    void cleanup() { m_home = nullptr; }

    void waitsLongerEachTime();
    void forgetsOldEnds();
    void keepsTheDiskOfOneGeneration();
    void makesTheDiskAnewAfterAMove();
    void throwsDisksIntoTheTrash();
    void removesPassingFiles();
    void limitsTheSandbox();
    void sandboxValuesComeBackOrAreRefused();
    void limitsNothingWithoutLimits();
    void showsNoneOfTheOperatorsFiles();
    void limitsProcessesAtEveryLevel();
    void clearsNothingBeyondTheDisk();
    void copiesContentByItsWholeName();

private:
    fs::path home() const { return m_home->path().toStdString(); }
    sys::Paths paths() const { return {home() / "data", home() / "run"}; }
    std::unique_ptr<QTemporaryDir> m_home;
};

void HostRulesTest::waitsLongerEachTime()
{
    host::RestartBackoff backoff;
    const host::RestartRule rule{3, 600'000};
    std::vector<std::int64_t> delays_ms;
    for (int i = 0; i < 11; ++i)
        delays_ms.push_back(backoff.ended(rule, i).delay_ms);
    const std::vector<std::int64_t> expected = {0,      0,      1'000,  2'000,  4'000, 8'000,
                                                16'000, 32'000, 60'000, 60'000, 60'000};
    QCOMPARE(delays_ms, expected);
    QVERIFY(backoff.ended(rule, 20).cycling);
}

void HostRulesTest::forgetsOldEnds()
{
    host::RestartBackoff backoff;
    const host::RestartRule rule{2, 1'000};
    QVERIFY(!backoff.ended(rule, 0).cycling);
    QVERIFY(!backoff.ended(rule, 1'001).cycling);
    const auto decision = backoff.ended(rule, 2'001);
    QVERIFY(decision.cycling);
    QCOMPARE(decision.ends, 2U);
    backoff.reset();
    QVERIFY(!backoff.ended(rule, 2'002).cycling);
}

void HostRulesTest::keepsTheDiskOfOneGeneration()
{
    host::InstanceDisk disk(paths(), "host-1", "d1", "Web_IN_0");
    QVERIFY(disk.prepare(1, 0));
    std::ofstream(disk.folder() / "kept") << "x";
    QVERIFY(disk.prepare(1, 0));
    QVERIFY(fs::exists(disk.folder() / "kept"));
    QVERIFY(disk.prepare(2, 0));
    QVERIFY(!fs::exists(disk.folder() / "kept"));
    QVERIFY(fs::is_directory(disk.folder() / "tmp"));
}

void HostRulesTest::makesTheDiskAnewAfterAMove()
{
    host::InstanceDisk before(paths(), "host-1", "d1", "Web_IN_0");
    QVERIFY(before.prepare(1, 0));
    std::ofstream(before.folder() / "old") << "x";
    host::InstanceDisk after(paths(), "host-2", "d1", "Web_IN_0");
    QVERIFY(after.prepare(1, 0));
    QVERIFY(!fs::exists(after.folder() / "old"));
    before.remove(); // belongs to host-2 now
    QVERIFY(fs::exists(after.folder()));
    after.remove();
    QVERIFY(!fs::exists(paths().disks() / "d1"));
}

// Whole disks can be had back for a while, the oldest for as long as there is room.
void HostRulesTest::throwsDisksIntoTheTrash()
{
    host::InstanceDisk disk(paths(), "host-1", "d1", "Web_IN_0");
    for (const int generation : {1, 2}) {
        QVERIFY(disk.prepare(std::uint64_t(generation), 0));
        std::ofstream(disk.folder() / "made") << generation;
    }
    QVERIFY(disk.isLeft());
    disk.remove();
    QVERIFY(!disk.isLeft());
    int found = 0;
    for (const auto &entry : fs::recursive_directory_iterator(paths().trash()))
        found += entry.path().filename() == "made" ? 1 : 0;
    QCOMPARE(found, 2);
    const sys::Trash trash(paths().trash());
    QCOMPARE(trash.content(false).things, std::size_t(2));
    const std::atomic<bool> never = false;
    const auto gone = [&](std::uint64_t free_bytes_min) {
        return trash.giveWay({.free_bytes_min = free_bytes_min, .only = sys::kTrashDisk}, {}, never)
            .things;
    };
    QCOMPARE(gone(UINT64_MAX), std::size_t(0)); // nobody who knows the time has seen them
    trash.expire(INT64_MAX / 2, {});
    trash.stamp(1'800'000'000'000);
    QCOMPARE(gone(1), std::size_t(0)); // there is more
    QCOMPARE(gone(UINT64_MAX), std::size_t(2));
}

void HostRulesTest::removesPassingFiles()
{
    const fs::path passing = paths().disks() / ".passing";
    fs::create_directories(passing / "0a/deep");
    std::ofstream(passing / "0a/deep/file") << "x";
    host::emptyPassing(paths(), "SLIPWAY_HOST=f/host-1");
    QTRY_VERIFY(!fs::exists(passing / "0a"));
    host::emptyPassing(paths(), "SLIPWAY_HOST=f/host-1"); // nothing to do
}

void HostRulesTest::limitsTheSandbox()
{
    host::SandboxSpec spec;
    spec.limits = true;
    spec.swap_limit = true;
    spec.memory_bytes = 1'000'000;
    spec.cores = 2;
    spec.cgroup = "/slipway-x/host-1/i";
    spec.user_id = 1'000'000;
    spec.id_count = 65'536;
    spec.binds = {{"/a", "/role"}, {"/b", "/local", true}};
    const auto config = nlohmann::json::parse(host::sandboxConfig(spec));
    const auto &resources = config["linux"]["resources"];
    QCOMPARE(resources["memory"]["limit"].get<int>(), 1'000'000);
    QCOMPARE(resources["memory"]["swap"].get<int>(), 1'000'000);
    QCOMPARE(resources["cpu"]["quota"].get<int>(), 200'000);
    QCOMPARE(resources["cpu"]["shares"].get<int>(), 2048);
    QCOMPARE(config["linux"]["cgroupsPath"].get<std::string>(), spec.cgroup);
    QCOMPARE(config["linux"]["uidMappings"][0]["hostID"].get<int>(), 1'000'000);
    QCOMPARE(config["linux"]["namespaces"].size(), std::size_t(7));
    QVERIFY(config["process"]["noNewPrivileges"].get<bool>());
    QVERIFY(config["root"]["readonly"].get<bool>());
    for (const auto &mount : config["mounts"]) {
        if (mount["destination"] == "/role")
            QCOMPARE(mount["options"][1].get<std::string>(), std::string("ro"));
        if (mount["destination"] == "/local")
            QCOMPARE(mount["options"][1].get<std::string>(), std::string("rw"));
    }
}

// All bytes, in every value that comes from elsewhere.
void HostRulesTest::sandboxValuesComeBackOrAreRefused()
{
    std::vector<std::string> words = {"",  "a\nb", "\"quoted\"",  "back\\slash",
                                      "ü", "\xC3", "\xED\xA0\x80"};
    for (int byte = 0; byte < 256; ++byte)
        words.push_back("a" + std::string(1, char(byte)) + "b");
    for (const std::string &word : words) {
        host::SandboxSpec spec;
        spec.limits = true;
        spec.cgroup = word;
        spec.host_name = word;
        spec.arguments = {word};
        spec.environment = {{"NAME", word}};
        spec.binds = {{word, word, true}};
        const auto text = host::sandboxDocument(spec);
        const bool can_cross = word.find('\0') == std::string::npos && sys::toUtf8(word) == word;
        QCOMPARE(text.has_value(), can_cross);
        if (!text) {
            QCOMPARE(text.error().reason(), std::string("SANDBOX_VALUE_REFUSED"));
            continue;
        }
        const auto config = nlohmann::json::parse(*text);
        QCOMPARE(config["hostname"].get<std::string>(), word);
        QCOMPARE(config["linux"]["cgroupsPath"].get<std::string>(), word);
        QCOMPARE(config["process"]["args"][0].get<std::string>(), word);
        QCOMPARE(config["process"]["env"][0].get<std::string>(), "NAME=" + word);
        QCOMPARE(config["mounts"].back()["source"].get<std::string>(), word);
        QCOMPARE(config["mounts"].back()["destination"].get<std::string>(), word);
    }
}

void HostRulesTest::limitsNothingWithoutLimits()
{
    const auto config = nlohmann::json::parse(host::sandboxConfig({}));
    QVERIFY(!config["linux"].contains("resources"));
    QVERIFY(!config["linux"].contains("cgroupsPath"));
}

void HostRulesTest::showsNoneOfTheOperatorsFiles()
{
    const fs::path root = home() / "root";
    QVERIFY(host::makeRootFolder(root));
    QVERIFY(host::makeRootFolder(root)); // again after a restart
    std::ifstream passwd(root / "etc/passwd");
    std::string first;
    std::getline(passwd, first);
    QCOMPARE(first, std::string("root:x:0:0:root:/local:/bin/sh"));
    for (const char *absent : {"home", "etc/shadow", "mnt", "boot"})
        QVERIFY2(!fs::exists(root / absent), absent);
    QCOMPARE(fs::read_symlink(root / "bin"), fs::path("usr/bin"));
}

// What a control group does not count for all, each process is held to.
void HostRulesTest::limitsProcessesAtEveryLevel()
{
    host::SandboxSpec spec;
    spec.memory_bytes = 100'000'000;
    spec.disk_bytes = 200'000'000;
    const auto limit = [&spec](const std::string &name, bool user_is_shared) {
        for (const host::ProcessLimit &one : host::processLimits(spec, user_is_shared))
            if (one.name == name)
                return one.most;
        return std::uint64_t(0);
    };
    QCOMPARE(limit("RLIMIT_NPROC", false), host::kInstanceProcessesMax);
    QVERIFY(limit("RLIMIT_NPROC", true) > host::kInstanceProcessesMax);
    QCOMPARE(limit("RLIMIT_DATA", false), std::uint64_t(100'000'000));
    QCOMPARE(limit("RLIMIT_FSIZE", false), std::uint64_t(200'000'000));
    std::set<std::string> told;
    const auto config = nlohmann::json::parse(host::sandboxConfig(spec));
    for (const auto &one : config["process"]["rlimits"])
        told.insert(one["type"].get<std::string>());
    QVERIFY(told.contains("RLIMIT_NPROC") && told.contains("RLIMIT_DATA"));
    spec.limits = true;
    QCOMPARE(limit("RLIMIT_NPROC", false), std::uint64_t(0)); // the group's pids limit
    QCOMPARE(limit("RLIMIT_DATA", false), std::uint64_t(0));
    QCOMPARE(limit("RLIMIT_NOFILE", false), std::uint64_t(65'536));
}

void HostRulesTest::clearsNothingBeyondTheDisk()
{
    host::InstanceDisk disk(paths(), "host-1", "d1", "Web_IN_0");
    QVERIFY(disk.prepare(1, 0));
    std::ofstream(disk.folder() / "kept") << "x";
    std::ofstream(disk.folder().parent_path() / "beside") << "x";
    v1::RoleDefinition role;
    for (const char *name : {"..", ".", "", "../beside", "a/../.."}) {
        v1::LocalStorage &storage = *role.add_local_storage();
        storage.set_name(name);
        storage.set_clean_on_role_recycle(true);
    }
    disk.discardPassing(role);
    QVERIFY(fs::exists(disk.folder() / "kept"));
    QVERIFY(fs::exists(disk.folder().parent_path() / "beside"));
}

// 32 bits of a hash were few enough for an author to take another package's copy.
void HostRulesTest::copiesContentByItsWholeName()
{
    sys::Paths places = paths();
    places.guests = home() / "guests";
    fs::create_directories(places.guests / "content");
    const fs::path content = home() / "packages/a/content/Web";
    fs::create_directories(content);
    std::ofstream(content / "index.html") << "own";
    const auto foreign = places.guests / "content" / sys::shortHash(content.string());
    fs::create_directories(foreign);
    std::ofstream(foreign / "index.html") << "foreign";
    const auto copy = host::reachableContent(places, content);
    QVERIFY(copy.has_value());
    QCOMPARE(copy->filename().string().size(), std::size_t(64));
    std::string text;
    std::ifstream(*copy / "index.html") >> text;
    QCOMPARE(text, std::string("own"));
    QCOMPARE(*host::reachableContent(places, content), *copy);
    // It goes when its package has gone, at the next copy.
    fs::remove_all(home() / "packages/a");
    const fs::path other = home() / "packages/b/content/Web";
    fs::create_directories(other);
    QVERIFY(host::reachableContent(places, other).has_value());
    QVERIFY(!fs::exists(*copy));
}

QTEST_GUILESS_MAIN(HostRulesTest)
#include "host_rules_test.moc"
