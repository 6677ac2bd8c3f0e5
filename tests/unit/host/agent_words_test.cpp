// What goes on of an agent's words, and how much of it.
#include "backend/host/agent_words.h"
#include "backend/host/report_gate.h"
#include "backend/sys/text.h"

#include <QTest>
#include <random>

using namespace slipway;
using v1::RoleInstance;

namespace
{
constexpr std::int64_t kNow_ms = 1'700'000'000'000;
} // namespace

class AgentWordsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textsAreOneBoundedLine();
    void takesFactsOfAStatusOnly();
    void takesNoStateThatIsTheHosts();
    void takesKnownHappeningsOnly();
    void takesNoUseFromAgents();
    void budgetsFillAgain();
    void dropsAreToldOnceInAWhile();
    void readingWaitsForTheBudget();
};

void AgentWordsTest::textsAreOneBoundedLine()
{
    std::mt19937 random(7);
    v1::InstanceStatus said;
    said.set_state(RoleInstance::BusyRole);
    for (int round = 0; round < 500; ++round) {
        std::string bytes(random() % 3'000, '\0');
        for (char &byte : bytes)
            byte = char(random());
        said.set_reason(bytes);
        const std::string text = host::believedStatus(said, kNow_ms)->reason();
        QVERIFY(text.size() <= host::kTextBytesMax);
        QCOMPARE(sys::visible(text), text);
    }
    said.set_reason("a\nb\x1b[31m");
    QCOMPARE(host::believedStatus(said, kNow_ms)->reason(), std::string("a\\u000ab\\u001b[31m"));
}

void AgentWordsTest::takesFactsOfAStatusOnly()
{
    v1::InstanceStatus said;
    said.set_state(RoleInstance::ReadyRole);
    said.set_deployment_id("another");
    said.set_name("another");
    said.set_isolation("isolated with limits");
    said.add_targets()->set_target("127.0.0.1:22");
    said.set_reason(std::string(100'000, 'x'));
    said.set_error_code("two\nlines");
    said.set_restarts(4'000'000'000);
    said.set_exit_code(1'000'000);
    said.set_state_time_ms(kNow_ms + 5);
    said.set_next_start_time_ms(kNow_ms * 2);
    for (int i = 0; i < 100; ++i)
        said.add_warnings("one more");
    const auto status = host::believedStatus(said, kNow_ms);
    QVERIFY(status.has_value());
    QVERIFY(status->deployment_id().empty() && status->name().empty());
    QVERIFY(status->isolation().empty());
    QCOMPARE(status->targets_size(), 0);
    QVERIFY(status->reason().size() <= host::kTextBytesMax);
    QCOMPARE(status->error_code(), std::string("AgentError"));
    QCOMPARE(status->restarts(), 1'000'000U);
    QCOMPARE(status->exit_code(), 255);
    QCOMPARE(status->state_time_ms(), kNow_ms);
    QVERIFY(status->next_start_time_ms() <= kNow_ms + 3'600'000);
    QCOMPARE(status->warnings_size(), host::kWarningsMax);
}

void AgentWordsTest::takesNoStateThatIsTheHosts()
{
    v1::InstanceStatus said;
    for (const auto state :
         {RoleInstance::RoleStateUnknown, RoleInstance::CreatingVM, RoleInstance::DeletingVM,
          RoleInstance::State(99), RoleInstance::State(-1)}) {
        said.set_state(state);
        QVERIFY(!host::believedStatus(said, kNow_ms));
    }
}

void AgentWordsTest::takesKnownHappeningsOnly()
{
    v1::Happening said;
    said.set_kind("HostLost");
    QVERIFY(!host::believedHappening(said, kNow_ms));
    said.set_kind("ProgramEnded");
    said.set_deployment_id("another");
    said.set_message("a\nb");
    said.set_time_ms(1);
    const auto happening = host::believedHappening(said, kNow_ms);
    QVERIFY(happening.has_value());
    QVERIFY(happening->deployment_id().empty());
    QCOMPARE(happening->message(), std::string("a\\u000ab"));
    QCOMPARE(happening->time_ms(), kNow_ms);
}

void AgentWordsTest::takesNoUseFromAgents()
{
    v1::MetricSample said;
    said.set_requests(1'000'000);
    said.set_latency_p99_us(1);
    said.set_cpu_permille(4'000'000'000);
    said.set_memory_limit_bytes(1);
    const v1::MetricSample sample = host::believedSample(said, 64, kNow_ms);
    QCOMPARE(sample.requests(), std::uint64_t(0));
    QCOMPARE(sample.latency_p99_us(), 0U);
    QCOMPARE(sample.cpu_permille(), 2'000U);
    QCOMPARE(sample.memory_limit_bytes(), std::uint64_t(64));
}

void AgentWordsTest::budgetsFillAgain()
{
    host::Budget budget(2, 1);
    QVERIFY(budget.take(0) && budget.take(0));
    QVERIFY(!budget.take(0));
    QVERIFY(!budget.take(900));
    QVERIFY(budget.take(1'000));
    QVERIFY(budget.take(60'000) && budget.take(60'000));
    QVERIFY(!budget.take(60'000)); // a long rest saves up no more than the most
}

void AgentWordsTest::dropsAreToldOnceInAWhile()
{
    host::ReportGate gate;
    QCOMPARE(gate.takeDropped(0), std::uint64_t(0));
    for (int i = 0; i < 5; ++i)
        gate.drop();
    QCOMPARE(gate.takeDropped(1'000), std::uint64_t(5));
    gate.drop();
    QCOMPARE(gate.takeDropped(2'000), std::uint64_t(0));
    QCOMPARE(gate.takeDropped(11'000), std::uint64_t(1));
}

void AgentWordsTest::readingWaitsForTheBudget()
{
    host::ReportGate gate;
    QVERIFY(gate.admit(0, 1'000));
    bool admitted = true;
    for (int i = 0; i < 20; ++i)
        admitted = gate.admit(0, 2 * 1024 * 1024);
    QVERIFY(!admitted);
    QVERIFY(!gate.mayReadOn(1'000));
    QVERIFY(gate.mayReadOn(20'000));
}

QTEST_GUILESS_MAIN(AgentWordsTest)
#include "agent_words_test.moc"
