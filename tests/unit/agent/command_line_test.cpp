#include "backend/agent/program_finder.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

using namespace slipway::agent;
namespace fs = std::filesystem;

using Words = std::vector<std::string>;
Q_DECLARE_METATYPE(Words)
Q_DECLARE_METATYPE(Launch::Kind)

class AgentCommandLineTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void splits_data();
    void splits();
    void expandsVariables();
    void translates_data();
    void translates();

private:
    void write(const std::string &name, const std::string &text, bool executable = false);
    QTemporaryDir m_folder;
};

void AgentCommandLineTest::write(const std::string &name, const std::string &text, bool executable)
{
    const fs::path file = fs::path(m_folder.path().toStdString()) / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    fs::permissions(file, fs::perms(executable ? 0755 : 0644));
}

void AgentCommandLineTest::initTestCase()
{
    for (const char *name : {"path/node", "path/python3", "path/tool"})
        write(name, "#!/bin/sh\n", true);
    write("approot/server.js", "");
    write("approot/bin/inner.js", "");
    write("approot/bin/Start.exe", "MZ...");
    write("approot/node.exe", "MZ...");
    write("approot/linux", "#!/bin/sh\n", true);
    write("approot/built", "\x7F"
                           "ELF");
    write("approot/data/notes.txt", "nothing to run");
    write("approot/sub/run.py", "print(1)");
}

void AgentCommandLineTest::splits_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<Words>("words");
    QTest::newRow("plain") << "node.exe .\\server.js" << Words{"node.exe", ".\\server.js"};
    QTest::newRow("blanks") << "  a \t b  " << Words{"a", "b"};
    QTest::newRow("quotes") << "\"a b\" c" << Words{"a b", "c"};
    QTest::newRow("inner quotes") << "a\" b\"c" << Words{"a bc"};
    QTest::newRow("empty word") << "a \"\" b" << Words{"a", "", "b"};
    QTest::newRow("escaped quote") << "a\\\"b" << Words{"a\"b"};
    QTest::newRow("slashes and quote") << "\"c:\\dir\\\\\" x" << Words{"c:\\dir\\", "x"};
    QTest::newRow("slashes alone") << "a\\\\b" << Words{"a\\\\b"};
    QTest::newRow("redirection") << "setup.cmd > log.txt" << Words{"setup.cmd"};
    QTest::newRow("two redirections") << "x >> .\\o.txt 2>>.\\e.txt y" << Words{"x", "y"};
    QTest::newRow("quoted arrow") << "x \">\" y" << Words{"x", ">", "y"};
    QTest::newRow("nothing") << "" << Words{};
}

void AgentCommandLineTest::splits()
{
    QFETCH(QString, line);
    QFETCH(Words, words);
    QCOMPARE(splitCommandLine(line.toStdString()), words);
}

void AgentCommandLineTest::expandsVariables()
{
    const Environment environment{{"RoleRoot", "/role"}, {"A", "1"}};
    QCOMPARE(expandVariables("%ROLEROOT%\\approot", environment), std::string("/role\\approot"));
    QCOMPARE(expandVariables("%a%%A%", environment), std::string("11"));
    QCOMPARE(expandVariables("100% of %UNKNOWN% %A%", environment),
             std::string("100% of %UNKNOWN% 1"));
    QCOMPARE(expandVariables("%", environment), std::string("%"));
}

void AgentCommandLineTest::translates_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<Launch::Kind>("kind");
    QTest::addColumn<QString>("arguments"); // $ stands for the test's folder
    QTest::addColumn<QString>("folder");
    using Kind = Launch::Kind;
    QTest::newRow("node") << "node.exe .\\server.js" << Kind::Runnable << "$/path/node ./server.js"
                          << "$/approot";
    QTest::newRow("node in bin") << "node inner.js" << Kind::Runnable << "$/path/node inner.js"
                                 << "$/approot/bin";
    QTest::newRow("wrapper") << "node.cmd .\\server.js" << Kind::Runnable
                             << "$/path/node ./server.js"
                             << "$/approot";
    QTest::newRow("upper case") << "NODE.EXE server.js" << Kind::Runnable << "$/path/node server.js"
                                << "$/approot";
    QTest::newRow("python") << "python.exe sub\\run.py" << Kind::Runnable
                            << "$/path/python3 sub/run.py"
                            << "$/approot";
    QTest::newRow("script") << ".\\sub\\run.py" << Kind::Runnable
                            << "$/path/python3 $/approot/sub/run.py"
                            << "$/approot";
    QTest::newRow("without exe") << "linux.exe -x" << Kind::Runnable << "$/approot/linux -x"
                                 << "$/approot";
    QTest::newRow("other case") << "LINUX \\d+" << Kind::Runnable << "$/approot/linux \\d+"
                                << "$/approot";
    QTest::newRow("rooted") << "\\linux" << Kind::Runnable << "$/approot/linux"
                            << "$/approot";
    QTest::newRow("variable") << "%RoleRoot%\\approot\\linux %RoleRoot%\\x" << Kind::Runnable
                              << "$/approot/linux $/x"
                              << "$/approot";
    QTest::newRow("lost x bit") << "built" << Kind::Runnable << "$/scratch/built"
                                << "$/approot";
    QTest::newRow("installed") << "tool.exe a" << Kind::Runnable << "$/path/tool a"
                               << "$/approot/bin";
    QTest::newRow("batch") << "startup\\setup.cmd" << Kind::BatchFile << ""
                           << "";
    QTest::newRow("cmd") << "cmd /c x" << Kind::BatchFile << ""
                         << "";
    QTest::newRow("powershell") << "powershell.exe -File a.ps1" << Kind::PowerShell << ""
                                << "";
    QTest::newRow("windows") << "Start.exe" << Kind::WindowsBinary << ""
                             << "";
    QTest::newRow("text") << "data\\notes.txt" << Kind::Missing << ""
                          << "";
    QTest::newRow("missing") << "nowhere.exe" << Kind::Missing << ""
                             << "";
    QTest::newRow("empty") << " " << Kind::Missing << ""
                           << "";
}

void AgentCommandLineTest::translates()
{
    QFETCH(QString, line);
    QFETCH(Launch::Kind, kind);
    QFETCH(QString, arguments);
    QFETCH(QString, folder);
    const fs::path root = m_folder.path().toStdString();
    const Environment environment{{"PATH", (root / "path").string()}, {"RoleRoot", root.string()}};
    const ProgramFinder finder({root / "approot/bin", root / "approot"}, root / "scratch");
    const Launch launch = finder.find(line.toStdString(), environment);
    QCOMPARE(int(launch.kind), int(kind));
    QCOMPARE(launch.reason.empty(), kind == Launch::Kind::Runnable);
    QString text;
    for (const std::string &argument : launch.arguments)
        text +=
            (text.isEmpty() ? QString() : QStringLiteral(" ")) + QString::fromStdString(argument);
    QCOMPARE(text, arguments.replace(QLatin1Char('$'), m_folder.path()));
    QCOMPARE(QString::fromStdString(launch.working_folder.string()),
             folder.replace(QLatin1Char('$'), m_folder.path()));
}

QTEST_GUILESS_MAIN(AgentCommandLineTest)
#include "command_line_test.moc"
