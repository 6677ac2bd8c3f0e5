// Processes decide themselves what stands in their arguments and environment, and how much.
#include "backend/sys/proc_files.h"
#include "backend/sys/sandbox_processes.h"

#include <QTest>
#include <algorithm>
#include <csignal>
#include <cstring>
#include <linux/prctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace slipway;

namespace
{

constexpr std::size_t kEndless = std::size_t(1) << 30;
constexpr char kMark[] = "SLIPWAY_PROC_TEST=here";

// A child that says its arguments and its environment are 1 GiB; nothing, if it may not.
class Boaster
{
public:
    Boaster()
    {
        int ready[2];
        if (pipe(ready) != 0)
            return;
        m_pid = fork();
        if (m_pid == 0)
            boast(ready[1]);
        close(ready[1]);
        char done = 0;
        m_boasts = read(ready[0], &done, 1) == 1;
        close(ready[0]);
    }
    ~Boaster()
    {
        ::kill(m_pid, SIGKILL);
        waitpid(m_pid, nullptr, 0);
    }
    bool boasts() const { return m_boasts; }
    int pid() const { return m_pid; }

private:
    [[noreturn]] static void boast(int ready)
    {
        auto *text = static_cast<char *>(mmap(nullptr, kEndless, PROT_READ | PROT_WRITE,
                                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        if (text == MAP_FAILED)
            _exit(1);
        std::memcpy(text, kMark, sizeof kMark);
        const auto start = reinterpret_cast<std::uintptr_t>(text);
        prctl_mm_map map{};
        map.start_code = map.start_data = map.start_brk = map.brk = map.start_stack = start;
        map.end_code = map.end_data = start + 4096;
        map.start_brk = map.brk = start + 4096;
        map.arg_start = map.env_start = start;
        map.arg_end = map.env_end = start + kEndless - 4096;
        map.exe_fd = ~0U;
        if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) != 0)
            _exit(1);
        if (write(ready, "+", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }

    int m_pid = 0;
    bool m_boasts = false;
};

long mostMemory_kB()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

} // namespace

class ProcFilesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsNoMoreThanItsLimit();
    void findsProcessesInSpiteOfBoasters();
    void tellsOfThisProcess();
    void tellsNothingOfNobody();
};

void ProcFilesTest::readsNoMoreThanItsLimit()
{
    const Boaster boaster;
    if (!boaster.boasts())
        QSKIP("This kernel lets no process move its own arguments.");
    for (const char *name : {"environ", "cmdline"}) {
        const std::string text = sys::procText(boaster.pid(), name);
        QCOMPARE(text.size(), sys::kProcBytesMax);
        QVERIFY(text.starts_with(kMark));
        QCOMPARE(sys::procText(boaster.pid(), name, 10).size(), std::size_t(10));
    }
}

// Each of these once read a gigabyte of a guest's making.
void ProcFilesTest::findsProcessesInSpiteOfBoasters()
{
    const Boaster boaster;
    if (!boaster.boasts())
        QSKIP("This kernel lets no process move its own arguments.");
    const long before_kB = mostMemory_kB();
    const std::vector<int> marked = sys::processesWithVariable(kMark);
    QCOMPARE(std::count(marked.begin(), marked.end(), boaster.pid()), 1);
    QVERIFY(sys::processesMentioning("/no/such/folder").empty());
    QVERIFY2(mostMemory_kB() - before_kB < 100'000,
             std::to_string(mostMemory_kB() - before_kB).c_str());
}

void ProcFilesTest::tellsOfThisProcess()
{
    const auto stat = sys::procStat(getpid());
    QVERIFY(stat.has_value());
    QCOMPARE(stat->parent, getppid());
    QCOMPARE(stat->session, getsid(0));
    QCOMPARE(stat->state, 'R');
    QVERIFY(stat->start_ticks > 0);
    QCOMPARE(std::stoi(sys::statusField(getpid(), "Pid")), getpid());
    const std::vector<int> all = sys::processIds();
    QVERIFY(std::count(all.begin(), all.end(), getpid()) == 1);
}

void ProcFilesTest::tellsNothingOfNobody()
{
    QVERIFY(!sys::procStat(0x7FFFFFFF));
    QCOMPARE(sys::procText(0x7FFFFFFF, "environ"), std::string());
    QCOMPARE(sys::statusField(0x7FFFFFFF, "State"), std::string());
    QVERIFY(sys::childrenOf(0x7FFFFFFF).empty());
}

QTEST_GUILESS_MAIN(ProcFilesTest)
#include "proc_files_test.moc"
