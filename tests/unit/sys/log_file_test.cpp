#include "backend/sys/log_file.h"

#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fstream>
#include <sys/resource.h>

using namespace slipway;

namespace
{

v1::LogLine line(const std::string &text, v1::LogLine::Stream stream = v1::LogLine::OUT)
{
    v1::LogLine line;
    line.set_time_us(1'700'000'000'000'000);
    line.set_stream(stream);
    line.set_text(text);
    return line;
}

std::uint64_t bytesIn(const std::filesystem::path &folder)
{
    std::uint64_t bytes = 0;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        bytes += entry.file_size();
    return bytes;
}

} // namespace

class LogFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        m_folder = std::filesystem::path(m_home->path().toStdString()) / "Web_IN_0";
    }
    void cleanup() { m_home = nullptr; }

    void readsWhatWasWritten();
    void flattensAndCutsText();
    void resumesAtAPosition();
    void continuesAnExistingLog();
    void hidesAHalfWrittenLine();
    void dropsTheOldest();
    void findsTheTail();
    void isEmptyWithoutFolder();
    void goesOnAfterAFullDisk();

private:
    std::unique_ptr<QTemporaryDir> m_home;
    std::filesystem::path m_folder;
};

void LogFileTest::readsWhatWasWritten()
{
    sys::LogFileWriter writer(m_folder, 1'000'000);
    writer.append(line("out"));
    writer.append(line("a b  c", v1::LogLine::ERR));
    writer.append(line("", v1::LogLine::AGENT));
    writer.flush();
    const auto lines = sys::LogFileReader(m_folder).read(0, 10);
    QCOMPARE(lines.size(), std::size_t(3));
    QCOMPARE(lines[0].time_us(), 1'700'000'000'000'000);
    QCOMPARE(lines[0].instance(), std::string("Web_IN_0"));
    QCOMPARE(lines[1].text(), std::string("a b  c"));
    QCOMPARE(lines[1].stream(), v1::LogLine::ERR);
    QCOMPARE(lines[2].stream(), v1::LogLine::AGENT);
    QCOMPARE(lines[2].text(), std::string());
    QCOMPARE(lines[2].position(), sys::LogFileReader(m_folder).end());
}

void LogFileTest::flattensAndCutsText()
{
    sys::LogFileWriter writer(m_folder, 1'000'000);
    writer.append(line("one\r\ntwo"));
    writer.append(line(std::string(20'000, 'x')));
    writer.flush();
    const auto lines = sys::LogFileReader(m_folder).read(0, 10);
    QCOMPARE(lines[0].text(), std::string("one  two"));
    QCOMPARE(lines[1].text().size(), std::size_t(16 * 1024));
}

void LogFileTest::resumesAtAPosition()
{
    sys::LogFileWriter writer(m_folder, 1'000'000);
    for (int i = 0; i < 100; ++i)
        writer.append(line(std::to_string(i)));
    writer.flush();
    const sys::LogFileReader reader(m_folder);
    std::uint64_t position = 0;
    for (int i = 0; i < 100; i += 7) {
        const auto lines = reader.read(position, 7);
        QCOMPARE(lines.front().text(), std::to_string(i));
        position = lines.back().position();
    }
    QVERIFY(reader.read(position, 7).empty());
}

void LogFileTest::continuesAnExistingLog()
{
    sys::LogFileWriter(m_folder, 1'000'000).append(line("before"));
    const std::uint64_t end = sys::LogFileReader(m_folder).end();
    sys::LogFileWriter(m_folder, 1'000'000).append(line("after"));
    const auto lines = sys::LogFileReader(m_folder).read(end, 10);
    QCOMPARE(lines.size(), std::size_t(1));
    QCOMPARE(lines[0].text(), std::string("after"));
}

void LogFileTest::hidesAHalfWrittenLine()
{
    sys::LogFileWriter(m_folder, 1'000'000).append(line("whole"));
    const auto file = std::filesystem::directory_iterator(m_folder)->path();
    std::ofstream(file, std::ios::app) << "1700000000000000 out ha";
    QCOMPARE(sys::LogFileReader(m_folder).read(0, 10).size(), std::size_t(1));
    sys::LogFileWriter(m_folder, 1'000'000).append(line("next"));
    const auto lines = sys::LogFileReader(m_folder).read(0, 10);
    QCOMPARE(lines.size(), std::size_t(3));
    QCOMPARE(lines[1].text(), std::string("ha"));
    QCOMPARE(lines[2].text(), std::string("next"));
    QCOMPARE(lines[2].position(), sys::LogFileReader(m_folder).end());
}

void LogFileTest::dropsTheOldest()
{
    constexpr std::uint64_t kLimit = 1'000'000;
    sys::LogFileWriter writer(m_folder, kLimit);
    for (int i = 0; i < 30'000; ++i)
        writer.append(line("line " + std::to_string(i) + std::string(80, '.')));
    writer.flush();
    const sys::LogFileReader reader(m_folder);
    QVERIFY(bytesIn(m_folder) <= kLimit + kLimit / 4);
    QVERIFY(bytesIn(m_folder) >= kLimit / 2);
    QVERIFY(reader.begin() > 0);
    QCOMPARE(reader.end() - reader.begin(), bytesIn(m_folder));
    // A reader that fell behind goes on with the oldest line there is, and meets every one after.
    std::uint64_t position = 0;
    int expected = -1;
    for (auto lines = reader.read(position, 500); !lines.empty();
         lines = reader.read(position, 500)) {
        for (const v1::LogLine &one : lines) {
            const int number = std::stoi(one.text().substr(5));
            QVERIFY(expected < 0 || number == expected);
            expected = number + 1;
        }
        position = lines.back().position();
    }
    QCOMPARE(expected, 30'000);
}

void LogFileTest::findsTheTail()
{
    sys::LogFileWriter writer(m_folder, 100'000'000);
    for (int i = 0; i < 2'000; ++i)
        writer.append(line(std::to_string(i) + std::string(300, '.')));
    writer.flush();
    const sys::LogFileReader reader(m_folder);
    for (const std::uint32_t count : {1U, 10U, 999U, 2'000U}) {
        const auto lines = reader.read(reader.tail(count), 5'000);
        QCOMPARE(lines.size(), std::size_t(count));
        QVERIFY(lines.front().text().starts_with(std::to_string(2'000 - count)));
    }
    QCOMPARE(reader.tail(5'000), std::uint64_t(0));
    QCOMPARE(reader.tail(0), reader.end());
}

void LogFileTest::isEmptyWithoutFolder()
{
    const sys::LogFileReader reader(m_folder / "none");
    QVERIFY(reader.read(0, 10).empty());
    QCOMPARE(reader.begin(), std::uint64_t(0));
    QCOMPARE(reader.end(), std::uint64_t(0));
    QCOMPARE(reader.tail(10), std::uint64_t(0));
}

void LogFileTest::goesOnAfterAFullDisk()
{
    sys::LogFileWriter writer(m_folder, 1'000'000);
    writer.append(line("before"));
    QVERIFY(writer.flush());
    const sys::LogFileReader reader(m_folder);
    const std::uint64_t before = reader.end();
    rlimit usual{};
    getrlimit(RLIMIT_FSIZE, &usual);
    const rlimit full{before + 10, usual.rlim_max}; // the 11th byte more is refused
    std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &full);
    writer.append(line("lost"));
    const bool lost = !writer.flush();
    setrlimit(RLIMIT_FSIZE, &usual);
    QVERIFY(lost);
    writer.flush(); // ends the torn line
    writer.append(line("after"));
    QVERIFY(writer.flush());
    const auto lines = reader.read(before, 10);
    QVERIFY(!lines.empty());
    QCOMPARE(lines.back().text(), std::string("after"));
    QCOMPARE(lines.back().position(), reader.end());
    // A new writer agrees on where the log ends.
    sys::LogFileWriter next(m_folder, 1'000'000);
    next.append(line("next"));
    QVERIFY(next.flush());
    QCOMPARE(reader.read(lines.back().position(), 10).back().text(), std::string("next"));
}

QTEST_GUILESS_MAIN(LogFileTest)
#include "log_file_test.moc"
