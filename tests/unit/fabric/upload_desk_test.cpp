// Attempts at uploading: each with a file of its own, closed at once when it breaks, gone on with
// within an hour, and counted.
#include "backend/fabric/upload_desk.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <set>

using namespace slipway;
using namespace slipway::fabric;
namespace fs = std::filesystem;

namespace
{

class HandClock final : public sys::Clock
{
public:
    std::int64_t wallMs() const override { return now_ms; }
    std::int64_t steadyMs() const override { return now_ms; }
    std::int64_t bootMs() const override { return now_ms; }
    std::int64_t now_ms = 1'800'000'000'000;
};

constexpr std::int64_t kMinute_ms = 60'000;

v1::UploadStart startOf(const std::string &id, std::uint64_t size_bytes, std::uint64_t offset = 0)
{
    v1::UploadStart start;
    start.set_upload_id(id);
    start.set_file_name("a.cspkg");
    start.set_size_bytes(size_bytes);
    start.set_offset(offset);
    return start;
}

std::string contentOf(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

template <typename T> std::string reasonOf(const Result<T> &result)
{
    return result ? std::string() : result.error().reason();
}

} // namespace

class UploadDeskTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_free_bytes = 100ull << 30;
        m_desk = makeDesk();
    }
    void tenAtOnceKeepToTheirOwnFiles();
    void whatBrokeOffGoesOn();
    void whatStoppedIsBrokenOff();
    void anEarlierLifesUploadGoesOn();
    void anotherFileBeginsAnew();
    void tooManyAreRefused();
    void wrongOnesAreRefused();
    void whatIsBeingStoredStays();
    void aFullDiskTakesNothingAway();
    void goingOnNeedsNoRoomOfItsOwn();
    void whatIsOnItsWayComesToTheDiskFirst();

private:
    fs::path folder() const { return m_folder->path().toStdString(); }
    std::unique_ptr<UploadDesk> makeDesk()
    {
        return std::make_unique<UploadDesk>(folder(), m_clock, [this] { return m_free_bytes; });
    }
    // As the fabric does it, all at once.
    Result<v1::UploadState> append(const std::string &attempt, const std::string &bytes)
    {
        const auto writing = m_desk->accept(attempt, bytes);
        if (!writing)
            return Failure(writing.error());
        return m_desk->written(attempt, writing->size(), writing->write());
    }
    std::uint64_t kept(const std::string &id) { return m_desk->query(id)->received_bytes(); }
    int files() const
    {
        return int(std::distance(fs::directory_iterator(folder()), fs::directory_iterator()));
    }

    HandClock m_clock;
    std::optional<std::uint64_t> m_free_bytes = 100ull << 30;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<UploadDesk> m_desk;
};

void UploadDeskTest::tenAtOnceKeepToTheirOwnFiles()
{
    const std::string bytes = "the same content, ten times";
    for (int i = 0; i < 10; ++i)
        QVERIFY(m_desk->begin("attempt" + std::to_string(i), startOf("same", bytes.size())));
    for (const char letter : bytes)
        for (int i = 0; i < 10; ++i)
            QVERIFY(append("attempt" + std::to_string(i), std::string(1, letter)));
    std::set<fs::path> seen;
    for (int i = 0; i < 10; ++i) {
        const auto complete = m_desk->complete("attempt" + std::to_string(i));
        QVERIFY(complete);
        QCOMPARE(contentOf(complete->file), bytes);
        QVERIFY(seen.insert(complete->file).second);
        QCOMPARE(reasonOf(m_desk->complete("attempt" + std::to_string(i))),
                 std::string("UPLOAD_NOT_FOUND")); // stored once
        m_desk->remove("attempt" + std::to_string(i));
    }
    QCOMPARE(files(), 0);
}

void UploadDeskTest::whatBrokeOffGoesOn()
{
    QVERIFY(m_desk->begin("one", startOf("id", 10)));
    QVERIFY(append("one", "01234"));
    QCOMPARE(m_desk->openFiles(), std::size_t(1));
    QCOMPARE(kept("id"), std::uint64_t(0)); // it is somebody's
    m_desk->breakOff("one");
    QCOMPARE(m_desk->openFiles(), std::size_t(0));
    QCOMPARE(kept("id"), std::uint64_t(5));
    QCOMPARE(reasonOf(m_desk->begin("two", startOf("id", 10, 0))), std::string("UPLOAD_OFFSET"));
    QCOMPARE(kept("id"), std::uint64_t(5));
    QVERIFY(m_desk->begin("two", startOf("id", 10, 5)));
    QCOMPARE(reasonOf(append("one", "x")), std::string("UPLOAD_NOT_FOUND"));
    QVERIFY(append("two", "56789"));
    const auto complete = m_desk->complete("two");
    QVERIFY(complete);
    QCOMPARE(contentOf(complete->file), std::string("0123456789"));
    m_desk->remove("two");
    QVERIFY(m_desk->begin("three", startOf("id", 10)));
    QVERIFY(append("three", "01"));
    m_desk->breakOff("three");
    m_clock.now_ms += 61 * kMinute_ms;
    m_desk->expire();
    QCOMPARE(kept("id"), std::uint64_t(0));
    QCOMPARE(files(), 0);
}

void UploadDeskTest::whatStoppedIsBrokenOff()
{
    QVERIFY(m_desk->begin("still", startOf("id", 10)));
    QVERIFY(append("still", "01234"));
    m_clock.now_ms += 4 * kMinute_ms;
    m_desk->expire();
    QVERIFY(append("still", "5"));
    m_clock.now_ms += 6 * kMinute_ms;
    m_desk->expire();
    QCOMPARE(m_desk->openFiles(), std::size_t(0));
    QCOMPARE(kept("id"), std::uint64_t(6));
    QVERIFY(m_desk->begin("empty", startOf("other", 10)));
    m_desk->breakOff("empty"); // nothing came of it
    QCOMPARE(files(), 1);
}

void UploadDeskTest::anEarlierLifesUploadGoesOn()
{
    std::ofstream(folder() / "somebody's own.txt") << "x";
    std::ofstream(folder() / "odd.12x.name") << "0123456789012345";
    QVERIFY(m_desk->begin("one", startOf("id", 10)));
    QVERIFY(append("one", "01234"));
    m_desk = makeDesk();
    m_desk->adopt();
    QCOMPARE(kept("id"), std::uint64_t(5));
    QVERIFY(m_desk->begin("two", startOf("id", 10, 5)));
    QVERIFY(append("two", "56789"));
    QCOMPARE(contentOf(m_desk->complete("two")->file), std::string("0123456789"));
    m_clock.now_ms += 600 * kMinute_ms;
    m_desk->expire();
    QVERIFY(fs::exists(folder() / "somebody's own.txt"));
}

void UploadDeskTest::anotherFileBeginsAnew()
{
    QVERIFY(m_desk->begin("one", startOf("id", 10)));
    QVERIFY(append("one", "01234"));
    m_desk->breakOff("one");
    QVERIFY(m_desk->begin("two", startOf("id", 11)));
    QVERIFY(append("two", "abc"));
    QCOMPARE(files(), 1);
}

void UploadDeskTest::tooManyAreRefused()
{
    for (std::size_t i = 0; i < kAttemptsMax; ++i)
        QVERIFY(m_desk->begin("a" + std::to_string(i), startOf("id" + std::to_string(i), 10)));
    const auto refused = m_desk->begin("more", startOf("more", 10));
    QCOMPARE(reasonOf(refused), std::string("TOO_MANY_UPLOADS"));
    QVERIFY(refused.error().message().find("32") != std::string::npos);
    QVERIFY(append("a7", "01"));
    m_desk->breakOff("a7"); // what broke off makes room
    QVERIFY(m_desk->begin("more", startOf("more", 10)));
    QCOMPARE(kept("id7"), std::uint64_t(0));
    for (std::size_t i = 0; i < kAttemptsMax; ++i)
        m_desk->breakOff("a" + std::to_string(i));
    m_desk->breakOff("more");
    QCOMPARE(files(), 0);
    for (int i = 0; i < 8; ++i)
        QVERIFY(m_desk->begin("b" + std::to_string(i), startOf("big", kUploadBytesMax)));
    QCOMPARE(reasonOf(m_desk->begin("b9", startOf("big", kUploadBytesMax))),
             std::string("TOO_MANY_UPLOADS"));
}

void UploadDeskTest::wrongOnesAreRefused()
{
    QCOMPARE(reasonOf(m_desk->begin("a", startOf("id", kUploadBytesMax + 1))),
             std::string("UPLOAD_TOO_LARGE"));
    QCOMPARE(reasonOf(m_desk->begin("a", startOf("id", 0))), std::string("UPLOAD_EMPTY"));
    for (const char *id : {"", "../x", "A", "-a", "a.b", "a/b"})
        QCOMPARE(reasonOf(m_desk->begin("a", startOf(id, 5))), std::string("UPLOAD_ID_INVALID"));
    QVERIFY(m_desk->begin("a", startOf("id", 5)));
    QCOMPARE(reasonOf(append("a", "123456")), std::string("UPLOAD_TOO_LARGE"));
    QVERIFY(append("a", "1234"));
    QCOMPARE(reasonOf(m_desk->complete("a")), std::string("UPLOAD_INCOMPLETE"));
}

void UploadDeskTest::whatIsBeingStoredStays()
{
    QVERIFY(m_desk->begin("a", startOf("id", 2)));
    QVERIFY(append("a", "12"));
    const auto complete = m_desk->complete("a");
    QVERIFY(complete);
    m_desk->breakOff("a"); // its carrier is gone
    QVERIFY(m_desk->begin("b", startOf("id", 2)));
    m_clock.now_ms += 120 * kMinute_ms;
    m_desk->expire();
    QVERIFY(fs::exists(complete->file));
    m_desk->remove("a");
    QVERIFY(!fs::exists(complete->file));
}

void UploadDeskTest::aFullDiskTakesNothingAway()
{
    QVERIFY(m_desk->begin("one", startOf("id", 10)));
    QVERIFY(append("one", "01234"));
    m_desk->breakOff("one");
    m_free_bytes = 1000;
    const auto refused = m_desk->begin("two", startOf("id", 10, 5));
    QCOMPARE(reasonOf(refused), std::string("DISK_TOO_FULL"));
    QCOMPARE(kept("id"), std::uint64_t(5));
    m_free_bytes = std::nullopt; // nobody knows
    QVERIFY(m_desk->begin("two", startOf("id", 10, 5)));
    QVERIFY(append("two", "56789"));
    QCOMPARE(contentOf(m_desk->complete("two")->file), std::string("0123456789"));
    QCOMPARE(files(), 1);
}

void UploadDeskTest::goingOnNeedsNoRoomOfItsOwn()
{
    for (std::size_t i = 0; i < kAttemptsMax; ++i)
        QVERIFY(m_desk->begin("a" + std::to_string(i), startOf("id" + std::to_string(i), 10)));
    QVERIFY(append("a7", "01"));
    m_desk->breakOff("a7");
    QVERIFY(m_desk->begin("again", startOf("id7", 10, 2)));
    QCOMPARE(files(), int(kAttemptsMax));
    fs::remove_all(folder()); // it cannot be opened
    QVERIFY(append("again", "23"));
    m_desk->breakOff("again");
    QCOMPARE(reasonOf(m_desk->begin("once more", startOf("id7", 10, 4))),
             std::string("UPLOAD_NOT_WRITTEN"));
    QCOMPARE(kept("id7"), std::uint64_t(4));
}

void UploadDeskTest::whatIsOnItsWayComesToTheDiskFirst()
{
    QVERIFY(m_desk->begin("one", startOf("id", 10)));
    const auto first = m_desk->accept("one", "01234");
    const auto second = m_desk->accept("one", "567");
    QVERIFY(first && second);
    QCOMPARE(reasonOf(m_desk->accept("one", "890")), std::string("UPLOAD_TOO_LARGE"));
    QCOMPARE(reasonOf(m_desk->complete("one")), std::string("UPLOAD_INCOMPLETE"));
    m_desk->breakOff("one");
    QCOMPARE(kept("id"), std::uint64_t(0));
    QCOMPARE(reasonOf(m_desk->accept("one", "8")), std::string("UPLOAD_NOT_FOUND"));
    QVERIFY(m_desk->written("one", first->size(), first->write()));
    QVERIFY(m_desk->written("one", second->size(), second->write()));
    QCOMPARE(kept("id"), std::uint64_t(8));
    QCOMPARE(m_desk->openFiles(), std::size_t(0));
    QVERIFY(m_desk->begin("two", startOf("id", 10, 8)));
    const auto lost = m_desk->accept("two", "89");
    QCOMPARE(reasonOf(m_desk->written("two", lost->size(), false)),
             std::string("UPLOAD_NOT_WRITTEN"));
    QCOMPARE(kept("id"), std::uint64_t(0)); // who knows what came to the disk
    QCOMPARE(files(), 0);
}

QTEST_APPLESS_MAIN(UploadDeskTest)
#include "upload_desk_test.moc"
