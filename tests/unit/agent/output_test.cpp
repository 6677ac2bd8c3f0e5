#include "backend/agent/line_splitter.h"

#include <QTest>
#include <vector>

using namespace slipway::agent;

class AgentOutputTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void splitsWhateverThePieces();
    void cutsLongLines();
    void makesValidText_data();
    void makesValidText();
};

void AgentOutputTest::splitsWhateverThePieces()
{
    const std::string text = "one\r\n\ntwo\nthree";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        std::vector<std::string> lines;
        LineSplitter splitter([&lines](std::string line) { lines.push_back(std::move(line)); });
        for (std::size_t at = 0; at < text.size(); at += size)
            splitter.feed(std::string_view(text).substr(at, size));
        splitter.finish();
        QCOMPARE(lines, (std::vector<std::string>{"one", "", "two", "three"}));
    }
}

void AgentOutputTest::cutsLongLines()
{
    std::vector<std::size_t> sizes;
    LineSplitter splitter([&sizes](const std::string &line) { sizes.push_back(line.size()); });
    splitter.feed(std::string(LineSplitter::kLineBytesMax * 2 + 5, 'x') + "\n");
    splitter.feed(std::string(LineSplitter::kLineBytesMax, 'x') + "\n");
    splitter.finish();
    QCOMPARE(sizes,
             (std::vector<std::size_t>{LineSplitter::kLineBytesMax, LineSplitter::kLineBytesMax, 5,
                                       LineSplitter::kLineBytesMax}));
}

void AgentOutputTest::makesValidText_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("text");
    const QByteArray mark("\xEF\xBF\xBD");
    QTest::newRow("plain") << QByteArray("abc") << QByteArray("abc");
    QTest::newRow("letters") << QByteArray("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\xA2")
                             << QByteArray("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\xA2");
    QTest::newRow("latin") << QByteArray("\xE4x") << mark + "x";
    QTest::newRow("cut") << QByteArray("x\xE2\x82") << "x" + mark + mark;
    QTest::newRow("overlong") << QByteArray("\xC0\xAF") << mark + mark;
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << mark + mark + mark;
}

void AgentOutputTest::makesValidText()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, text);
    QCOMPARE(QByteArray::fromStdString(toUtf8(bytes.toStdString())), text);
}

QTEST_GUILESS_MAIN(AgentOutputTest)
#include "output_test.moc"
