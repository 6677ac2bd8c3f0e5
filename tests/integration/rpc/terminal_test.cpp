// What slipwayctl prints of a fabric whose every text is hostile: nothing steers the terminal, no
// line is forged, and the JSON still says every byte.
#include "app/ctl/application.h"
#include "app/ctl/json_mapper.h"
#include "app/ctl/table.h"
#include "app/ctl/terminal_border.h"
#include "backend/sys/text.h"
#include "tests/integration/rpc/rpc_fixture.h"
#include "tests/support/sample_state.h"

#include <google/protobuf/message.h>
#include <random>
#include <sstream>

using namespace slipway;
using namespace slipway::test;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace
{

const std::string kHarmless = "xxxxxxxxxx";
// Line ends of all kinds, a title, a colour, an erased screen, C1's CSI, bidi, NUL.
const std::string kHostile = std::string("\n\r\x1b]0;owned\x07\x1b[2J\x1b[32m\t\x0b\x7f") +
                             "\xC2\x9B"
                             "31m\xC2\x85\xE2\x80\xA8\xE2\x80\xAEtxt.exe\xEF\xBB\xBF" +
                             std::string(1, '\0');

// Every text of it gets the suffix, so that names still lead where they led.
void addEverywhere(Message &message, const std::string &suffix)
{
    const auto &reflection = *message.GetReflection();
    std::vector<const FieldDescriptor *> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor *field : fields) {
        const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
        for (int i = 0; i < count; ++i) {
            if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
                addEverywhere(field->is_repeated()
                                  ? *reflection.MutableRepeatedMessage(&message, field, i)
                                  : *reflection.MutableMessage(&message, field),
                              suffix);
            else if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING)
                continue;
            else if (field->is_repeated())
                reflection.SetRepeatedString(
                    &message, field, i, reflection.GetRepeatedString(message, field, i) + suffix);
            else
                reflection.SetString(&message, field,
                                     reflection.GetString(message, field) + suffix);
        }
    }
}

// A fabric with something of everything.
void fill(Rpc &rpc, const std::string &suffix)
{
    v1::WatchResponse everything;
    everything.set_revision(100);
    everything.mutable_snapshot()->set_last(true);
    everything.mutable_snapshot()->set_fabric_id("0badcafe");
    for (const v1::Change &change : sampleState())
        *everything.mutable_snapshot()->add_entities() = change;
    addEverywhere(everything, suffix);
    rpc.fabric.on_watch = [everything](const v1::WatchRequest &request, const auto &sink) {
        sink->push(everything);
        if (request.once())
            sink->end({});
    };
    rpc.fabric.on_logs = [suffix](const auto &, const auto &sink) {
        v1::LogBatch lines;
        v1::LogLine &line = *lines.add_lines();
        line.set_time_us(1);
        line.set_instance("WebRole_IN_0" + suffix);
        line.set_text("said" + suffix);
        sink->push(lines);
        sink->end({});
    };
    rpc.fabric.on_execute = [suffix](const v1::Command &) -> Result<v1::CommandReply> {
        v1::CommandReply reply;
        reply.add_preview("It would be so" + suffix);
        v1::Check &check = *reply.add_checks();
        check.set_id("S1" + suffix);
        check.set_title("A check" + suffix);
        check.set_reason("a reason" + suffix);
        check.set_result(v1::Check::WARNED);
        return reply;
    };
}

struct Said {
    int code = 0;
    std::string out;
    std::string err;
};

Said say(std::vector<std::string> arguments, const std::string &suffix, bool json = false)
{
    Rpc rpc;
    fill(rpc, suffix);
    rpc.start();
    for (std::string &argument : arguments)
        if (argument.starts_with('@'))
            argument = argument.substr(1) + suffix;
    arguments.insert(arguments.end(), {"--socket", rpc.path().string()});
    if (json)
        arguments.push_back("--json");
    std::ostringstream out;
    std::ostringstream err;
    const int code = ctl::run(arguments, out, err);
    return {code, out.str(), err.str()};
}

bool isHarmless(const std::string &text)
{
    return sys::visible(text, std::string_view("\n\t")) == text;
}

auto linesOf(const std::string &text)
{
    return std::count(text.begin(), text.end(), '\n');
}

} // namespace

class TerminalTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hostileTextsChangeNoLine_data();
    void hostileTextsChangeNoLine();
    void errorsAreOneLine();
    void anyBytesPassAsLines();
    void ownSequencesPass();
    void wideLettersAlign();
};

void TerminalTest::hostileTextsChangeNoLine_data()
{
    QTest::addColumn<QStringList>("words");
    for (const char *words :
         {"service list", "service show @guestbook", "instance list @guestbook", "hosts", "status",
          "events @guestbook", "package list", "logs @guestbook", "version", "operations", "sizes",
          "watch --snapshot --count 20", "service delete @guestbook"})
        QTest::newRow(words) << QString::fromLatin1(words).split(QLatin1Char(' '));
}

void TerminalTest::hostileTextsChangeNoLine()
{
    QFETCH(QStringList, words);
    std::vector<std::string> arguments;
    for (const QString &word : words)
        arguments.push_back(word.toStdString());
    const Said harmless = say(arguments, kHarmless);
    const Said hostile = say(arguments, kHostile);
    QVERIFY2(!harmless.out.empty() || !harmless.err.empty(), harmless.err.c_str());
    QVERIFY2(harmless.code != ctl::kExitUsage, harmless.err.c_str());
    QCOMPARE(hostile.code, harmless.code);
    QVERIFY2(isHarmless(hostile.out), hostile.out.c_str());
    QVERIFY2(isHarmless(hostile.err), hostile.err.c_str());
    QCOMPARE(linesOf(hostile.out), linesOf(harmless.out));
    QCOMPARE(linesOf(hostile.err), linesOf(harmless.err));
    const Said json = say(arguments, kHostile, true);
    QVERIFY2(isHarmless(json.out), json.out.c_str());
    QCOMPARE(linesOf(json.out), linesOf(say(arguments, kHarmless, true).out));
    if (!json.out.empty() && arguments[0] != "watch") {
        const auto read = ctl::Json::parse(json.out, nullptr, false);
        QVERIFY(!read.is_discarded());
        const std::string all = read.dump();
        if (all.find("guestbook") != std::string::npos)
            QVERIFY(all.find(ctl::Json("guestbook" + kHostile).dump().substr(1, 30)) !=
                    std::string::npos);
    }
}

void TerminalTest::errorsAreOneLine()
{
    const Said said = say({"service", "show", "none" + kHostile}, kHostile);
    QVERIFY(said.code != 0);
    QVERIFY(isHarmless(said.err));
    QCOMPARE(linesOf(said.err), linesOf(say({"service", "show", "none"}, kHarmless).err));
}

void TerminalTest::anyBytesPassAsLines()
{
    std::mt19937 random(3);
    for (int round = 0; round < 2'000; ++round) {
        std::string bytes(random() % 100, '\0');
        for (char &byte : bytes)
            byte = random() % 3 ? char(random()) : "\x1b[2m\xC2\x9B\r\n"[random() % 8];
        std::ostringstream out;
        {
            ctl::TerminalBorder border(out);
            for (const char byte : bytes)
                border.put(byte);
        }
        std::string text = out.str();
        for (const std::string_view own : ctl::kOwnSequences)
            for (std::size_t at = 0; (at = text.find(own, at)) != std::string::npos;)
                text.erase(at, own.size());
        QVERIFY(isHarmless(text));
        QCOMPARE(linesOf(text), linesOf(bytes));
    }
}

void TerminalTest::ownSequencesPass()
{
    std::ostringstream out;
    ctl::TerminalBorder border(out);
    border << ctl::kEmptyScreen << ctl::coloured("good", ctl::Tone::Good, true) << "\n\033[5m";
    border.flush();
    QCOMPARE(out.str(), std::string("\033[H\033[2J\033[32mgood\033[0m\n\\u001b[5m"));
}

void TerminalTest::wideLettersAlign()
{
    ctl::Table table({"NAME", "STATE"});
    table.add({"\xE4\xBD\xA0\xE5\xA5\xBD", "Ready"});
    table.add({"e\xCC\x81lan", "Ready"});
    std::ostringstream out;
    table.print(out, false);
    QCOMPARE(out.str(), std::string("NAME  STATE\n"
                                    "\xE4\xBD\xA0\xE5\xA5\xBD  Ready\n"
                                    "e\xCC\x81lan  Ready\n"));
}

QTEST_GUILESS_MAIN(TerminalTest)
#include "terminal_test.moc"
