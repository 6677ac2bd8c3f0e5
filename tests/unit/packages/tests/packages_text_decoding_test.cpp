#include "backend/packages/text_decoding.h"

#include "backend/proto/utf8.h"
#include "slipway/v1/commands.pb.h"

#include <QTest>

using namespace std::string_literals;
using namespace slipway;
using packages::decodeXmlText;

namespace
{

// Every character as two bytes.
std::string utf16(const std::u16string &text, bool big_endian, bool mark)
{
    std::string bytes;
    for (const char16_t unit : (mark ? u"\uFEFF" : u"") + text) {
        const char high = char(unit >> 8);
        const char low = char(unit & 0xff);
        bytes += big_endian ? high : low;
        bytes += big_endian ? low : high;
    }
    return bytes;
}

} // namespace

class TextDecodingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void utf16WithAndWithoutAMark();
    void singleBytesWhereDeclared();
    void othersAreRefusedInWords();
    void messagesAreCheckedBeforeTheyAreSent();
};

void TextDecodingTest::utf16WithAndWithoutAMark()
{
    const std::u16string text = u"<?xml version='1.0' encoding='utf-16'?><a b='\u0444\u20ac'/>";
    for (const bool big_endian : {false, true})
        for (const bool mark : {false, true}) {
            const auto decoded = decodeXmlText(utf16(text, big_endian, mark));
            QCOMPARE(decoded.error, std::string());
            QVERIFY(decoded.text.find("b='\u0444\u20ac'") != std::string::npos);
        }
    QVERIFY(!decodeXmlText("\xff\xfe<"s).error.empty()); // half a character
}

void TextDecodingTest::singleBytesWhereDeclared()
{
    const auto declared = [](const char *name, const std::string &rest) {
        return "<?xml version=\"1.0\" encoding=\""s + name + "\"?><a b=\"" + rest + "\"/>";
    };
    QVERIFY(decodeXmlText(declared("ISO-8859-1", "\xe9")).text.find("\u00e9") != std::string::npos);
    const auto windows = decodeXmlText(declared("Windows-1252", "\x80 \x93\xe9\x94"));
    QVERIFY(windows.text.find("\u20ac \u201c\u00e9\u201d") != std::string::npos);
    QVERIFY(!decodeXmlText(declared("utf-8", "\xe9")).error.empty());
    QVERIFY(!decodeXmlText("<a b='\xe9'/>").error.empty());
}

void TextDecodingTest::othersAreRefusedInWords()
{
    QVERIFY(decodeXmlText("<\0\0\0a\0\0\0"s).error.find("UTF-32") != std::string::npos);
    QVERIFY(decodeXmlText("\xff\xfe\0\0<\0\0\0"s).error.find("UTF-32") != std::string::npos);
    QVERIFY(decodeXmlText("<?xml version='1.0' encoding='koi8-r'?><a/>").error.find("koi8-r") !=
            std::string::npos);
}

void TextDecodingTest::messagesAreCheckedBeforeTheyAreSent()
{
    v1::Command command;
    auto &deploy = *command.mutable_deploy();
    deploy.set_configuration_xml("\xff\xfe\0"s); // bytes: anything may stand there
    QVERIFY(!refuseBrokenText(command));
    deploy.set_label("caf\xe9");
    const auto refused = refuseBrokenText(command);
    QVERIFY(refused);
    QCOMPARE(refused->reason(), std::string("TEXT_NOT_UTF8"));
    QVERIFY(refused->message().find("byte 4 is 0xE9") != std::string::npos);
    deploy.set_label("caf\u00e9");
    QVERIFY(!refuseBrokenText(command));
    auto &setting = *deploy.mutable_configuration()->add_roles()->add_settings();
    setting.set_value("\xc0\xaf"); // overlong
    QVERIFY(refuseBrokenText(command));
}

QTEST_APPLESS_MAIN(TextDecodingTest)
#include "packages_text_decoding_test.moc"
