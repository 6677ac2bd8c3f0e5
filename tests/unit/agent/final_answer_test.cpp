#include "backend/agent/final_answer.h"

#include <QTest>

using slipway::agent::FinalAnswer;

namespace
{

constexpr const char *kEarly = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
constexpr const char *kFinal = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

std::string passed(const std::string &bytes, std::size_t piece)
{
    FinalAnswer answer;
    std::string result;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        result += answer.take(std::string_view(bytes).substr(at, piece));
    return result + answer.rest();
}

} // namespace

class FinalAnswerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void interimAnswersAreLeftOut()
    {
        const std::string processing = "HTTP/1.1 102 Processing\r\n\r\n";
        for (const std::size_t piece : {1U, 2U, 7U, 4096U}) {
            QCOMPARE(passed(std::string(kEarly) + kFinal, piece), std::string(kFinal));
            QCOMPARE(passed(kEarly + processing + kFinal, piece), std::string(kFinal));
        }
    }

    void everythingElseGoesOn()
    {
        const std::string upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nrest";
        const std::string inside = kFinal + std::string(kEarly); // it is the body now
        for (const std::string &bytes :
             {std::string(kFinal), upgrade, inside, std::string("garbage"),
              std::string("HTTP/1.1 1"), std::string("HTTP/1.1 103 and no end"),
              std::string(100'000, 'H'), std::string()})
            for (const std::size_t piece : {1U, 5U, 200'000U})
                QCOMPARE(passed(bytes, piece), bytes);
    }

    void nothingIsHeldBackWithoutBound()
    {
        FinalAnswer answer;
        std::string passed = answer.take("HTTP/1.1 103 Early Hints\r\nX: ");
        QVERIFY(passed.empty());
        for (int i = 0; i < 100; ++i)
            passed += answer.take(std::string(1'000, 'x'));
        QVERIFY(passed.size() > 100'000);
        QVERIFY(answer.begun());
    }
};

QTEST_APPLESS_MAIN(FinalAnswerTest)
#include "final_answer_test.moc"
