// What is shown of a text that came from somewhere else steers nothing, whatever its bytes.
#include "backend/sys/log_lines.h"
#include "backend/sys/terminal.h"
#include "backend/sys/text.h"

#include <QTest>
#include <random>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sstream>

using namespace slipway;

namespace
{

std::string utf8(char32_t character)
{
    return QString::fromUcs4(&character, 1).toStdString();
}

bool steers(const QString &text)
{
    for (const char32_t character : text.toUcs4()) {
        const auto category = QChar::category(character);
        if (category == QChar::Other_Control || category == QChar::Separator_Line ||
            category == QChar::Separator_Paragraph)
            return true;
        const auto direction = QChar::direction(character);
        if (direction >= QChar::DirLRE && direction <= QChar::DirPDF && direction != QChar::DirAL)
            return true;
        if (direction >= QChar::DirLRI && direction <= QChar::DirPDI)
            return true;
    }
    return false;
}

std::string randomBytes(std::mt19937 &random)
{
    std::string bytes(random() % 200, '\0');
    for (char &byte : bytes)
        byte = random() % 3 ? char(random()) : "\n\r\x1b[\xC2\x9B\xE2\x80\xAE"[random() % 9];
    return bytes;
}

} // namespace

class TextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCharacterIsItselfOrWrittenOut();
    void anyBytesBecomeOneLine();
    void whatIsKeptStays();
    void longTextsAreCutAtALetter();
    void linesBecomeASentence();
    void columnsAreCounted();
    void aLogLineStaysOne();
};

// All of Unicode: what stays is unchanged, what is written out comes back by JSON's rules.
void TextTest::everyCharacterIsItselfOrWrittenOut()
{
    for (char32_t character = 0; character <= 0x10FFFF; ++character) {
        if (character >= 0xD800 && character <= 0xDFFF)
            continue;
        const std::string text = utf8(character);
        const std::string shown = sys::visible(text);
        if (shown == text) {
            QVERIFY2(!steers(QString::fromStdString(shown)),
                     qPrintable(QString::number(character)));
            continue;
        }
        QString read;
        for (std::size_t at = 0; at < shown.size(); at += 6) {
            QCOMPARE(shown.substr(at, 2), std::string("\\u"));
            read += QChar(char16_t(std::stoul(shown.substr(at + 2, 4), nullptr, 16)));
        }
        QCOMPARE(read.toStdString(), text);
    }
    QCOMPARE(sys::visible("Grüße, \xE4\xBD\xA0\xE5\xA5\xBD"),
             std::string("Grüße, \xE4\xBD\xA0\xE5\xA5\xBD"));
    QCOMPARE(sys::visible("a\nb\tc\x1b[31m"), std::string("a\\u000ab\\u0009c\\u001b[31m"));
    QCOMPARE(sys::visible(std::string("a\0b", 3)), std::string("a\\u0000b"));
    QCOMPARE(sys::visible("\xF3\xA0\x80\x81"), std::string("\\udb40\\udc01"));
}

void TextTest::anyBytesBecomeOneLine()
{
    std::mt19937 random(7);
    for (int round = 0; round < 5'000; ++round) {
        const std::string bytes = randomBytes(random);
        const std::string text = sys::visible(bytes);
        QCOMPARE(sys::toUtf8(text), text);
        QVERIFY(!steers(QString::fromStdString(text)));
        QCOMPARE(sys::visible(text), text);
        QVERIFY(sys::visible(bytes, 50).size() <= 50);
    }
}

void TextTest::whatIsKeptStays()
{
    QCOMPARE(sys::visible("a\tb\nc\r", "\t"), std::string("a\tb\\u000ac\\u000d"));
}

void TextTest::longTextsAreCutAtALetter()
{
    std::string text;
    for (int i = 0; i < 2'000; ++i)
        text += "ü";
    for (std::size_t most = 3; most < 100; ++most) {
        const std::string cut = sys::visible(text, most);
        QVERIFY(cut.size() <= most);
        QVERIFY(cut.ends_with("…"));
        QCOMPARE(sys::toUtf8(cut), cut);
    }
    QCOMPARE(sys::visible("abc", 3), std::string("abc"));
}

void TextTest::linesBecomeASentence()
{
    using sys::inOneLine;
    QCOMPARE(inOneLine(""), std::string());
    QCOMPARE(inOneLine("\n  \n\r\n"), std::string());
    QCOMPARE(inOneLine("one"), std::string("one"));
    QCOMPARE(inOneLine("one\n\n  two words \r\nthree"), std::string("one; two words; three"));
}

void TextTest::columnsAreCounted()
{
    QCOMPARE(sys::columnsOf(""), std::size_t(0));
    QCOMPARE(sys::columnsOf("Grüße"), std::size_t(5));
    QCOMPARE(sys::columnsOf("u\xCC\x88"), std::size_t(1));
    QCOMPARE(sys::columnsOf("\xE4\xBD\xA0\xE5\xA5\xBD!"), std::size_t(5));
    QCOMPARE(sys::columnsOf("a\xFF"), std::size_t(2));
}

// Whatever a guest says, and somebody writes down, no second line begins with a time.
void TextTest::aLogLineStaysOne()
{
    std::ostringstream out;
    spdlog::logger logger("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
    logger.set_formatter(sys::oneLineFormatter());
    std::mt19937 random(11);
    for (int round = 1; round <= 200; ++round) {
        logger.warn("a guest said {}", randomBytes(random) + "\n[2026-01-01] [error] forged");
        const std::string text = out.str();
        QCOMPARE(std::count(text.begin(), text.end(), '\n'), round);
        QVERIFY(text.ends_with("\\u000a[2026-01-01] [error] forged\n"));
    }
}

QTEST_GUILESS_MAIN(TextTest)
#include "text_test.moc"
