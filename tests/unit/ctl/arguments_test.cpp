// The grammar: what is refused, with which exit code and words.
#include "app/ctl/application.h"

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <sstream>

using namespace slipway::ctl;

class ArgumentsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wrongCommandLines_data();
    void wrongCommandLines();
    void grammarIsUnderstood_data();
    void grammarIsUnderstood();
    void helpIsNoError();
    void completionKnowsEveryCommand();

private:
    struct Ran {
        int code = -1;
        std::string out;
        std::string err;
    };
    static Ran runLine(const QByteArray &line);
};

ArgumentsTest::Ran ArgumentsTest::runLine(const QByteArray &line)
{
    std::vector<std::string> arguments;
    for (const QByteArray &word : line.split(' '))
        if (!word.isEmpty())
            arguments.push_back(word.toStdString());
    std::ostringstream out;
    std::ostringstream err;
    const int code = run(arguments, out, err);
    return {code, out.str(), err.str()};
}

void ArgumentsTest::wrongCommandLines_data()
{
    QTest::addColumn<QByteArray>("line");
    const QByteArrayList lines = {
        "",
        "sail",
        "service",
        "service create",
        "service show a b",
        "deploy shop",
        "deploy shop --slot middle --package x",
        "scale shop WebRole",
        "scale shop WebRole 0",
        "scale shop WebRole many",
        "package pack folder",
        "operation wait",
        "completion tcsh",
        "hosts --socket /a --connect 127.0.0.1:1",
        "hosts --timeout -1",
        "hosts --connect 192.168.1.7:50051",
        "hosts --connect nonsense",
        "settings set nonsense 1",
    };
    for (const QByteArray &line : lines)
        QTest::newRow(line.constData()) << line;
}

void ArgumentsTest::wrongCommandLines()
{
    QFETCH(QByteArray, line);
    const Ran ran = runLine(line);
    QCOMPARE(ran.code, int(kExitUsage));
    QVERIFY(ran.out.empty());
    QVERIFY(ran.err.starts_with("slipwayctl: "));
    QCOMPARE(std::count(ran.err.begin(), ran.err.end(), '\n'), 1);
}

// The grammar as it was promised, against a socket where nobody answers: understood means that the
// fabric was missed, not the grammar.
void ArgumentsTest::grammarIsUnderstood_data()
{
    QTest::addColumn<QByteArray>("line");
    const QByteArrayList lines = {
        "service create shop --label Shop",
        "service list",
        "service show shop --json",
        "--json service show shop",
        "service delete shop",
        "service open shop --slot staging",
        "package list",
        "package delete 12345678",
        "deploy shop --slot staging --package 12345678 --label v1 --accept-single-instance "
        "--allow-size-change --replace --no-start --validate-only --wait --timeout 5",
        "swap shop --validate-only",
        "swap shop --wait",
        "scale shop WebRole 3",
        "resize shop WebRole Medium --slot staging",
        "deployment start shop",
        "deployment stop shop --slot staging",
        "deployment delete shop",
        "instance list shop --slot production",
        "instance reboot shop WebRole_IN_0",
        "instance reimage shop WebRole_IN_0 --slot staging",
        "hosts",
        "operations",
        "operation show 1",
        "operation cancel 1",
        "operation wait 1 --timeout 2",
        "events shop",
        "events shop WebRole_IN_0",
        "logs shop",
        "logs shop WebRole_IN_0 -f",
        "watch",
        "top",
        "status",
    };
    for (const QByteArray &line : lines)
        QTest::newRow(line.constData()) << line;
}

void ArgumentsTest::grammarIsUnderstood()
{
    QFETCH(QByteArray, line);
    const QTemporaryDir folder(QStringLiteral("/tmp/slc-XXXXXX"));
    const QByteArray socket = folder.path().toUtf8() + "/none.sock";
    const Ran ran = runLine("--socket " + socket + " " + line);
    QCOMPARE(ran.code, int(kExitUnreachable));
    QVERIFY(ran.out.empty());
    QVERIFY(QByteArray::fromStdString(ran.err).contains(socket));
    QVERIFY(QByteArray::fromStdString(ran.err).contains("is it running?"));
    QCOMPARE(std::count(ran.err.begin(), ran.err.end(), '\n'), 1);
}

void ArgumentsTest::helpIsNoError()
{
    const Ran help = runLine("service --help");
    QCOMPARE(help.code, int(kExitDone));
    QVERIFY(help.out.find("create") != std::string::npos);
    const Ran version = runLine("--version");
    QCOMPARE(version.code, int(kExitDone));
    QVERIFY(version.out.starts_with("slipwayctl "));
}

void ArgumentsTest::completionKnowsEveryCommand()
{
    for (const char *shell : {"bash", "zsh", "fish"}) {
        const Ran ran = runLine(QByteArray("completion ") + shell);
        QCOMPARE(ran.code, int(kExitDone));
        for (const char *word :
             {"service", "deploy", "swap", "instance", "--accept-single-instance", "--json",
              "completion", "operation wait"})
            QVERIFY2(ran.out.find(word) != std::string::npos, word);
    }
}

QTEST_GUILESS_MAIN(ArgumentsTest)
#include "arguments_test.moc"
