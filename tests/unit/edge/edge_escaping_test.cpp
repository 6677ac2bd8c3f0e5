// What crosses a border towards HAProxy comes back unchanged or is refused: all bytes, and words of
// random ones; asked of a real HAProxy where there is one.
#include "backend/edge/escaping.h"
#include "backend/edge/files.h"
#include "backend/edge/proxy_process.h"
#include "backend/edge/statistics.h"

#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::edge;

namespace
{

std::vector<std::string> words()
{
    std::vector<std::string> result = {"",
                                       " ",
                                       "\\",
                                       "\\\\",
                                       "a\\",
                                       "<<",
                                       "a <<",
                                       ";",
                                       "'",
                                       "\"",
                                       "''",
                                       "#",
                                       "$HOME",
                                       "${HOME}",
                                       "%[src]",
                                       "*",
                                       "@1",
                                       "\r\n",
                                       std::string(1024, 'x'),
                                       std::string(1025, 'x')};
    for (int byte = 0; byte < 256; ++byte) {
        const std::string one(1, char(byte));
        result.insert(result.end(), {one, "a" + one, one + "b", "a" + one + one + "b"});
    }
    std::mt19937 random(20'26);
    for (int i = 0; i < 500; ++i) {
        std::string word;
        for (std::size_t length = random() % 40 + 1; word.size() < length;)
            word += i % 2 ? char(random() % 256) : "\\ ;<'\"a$\n\t#"[random() % 11];
        result.push_back(word);
    }
    return result;
}

bool installed()
{
    return haproxyProgram() != "haproxy";
}

} // namespace

class EdgeEscapingTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void commandsAreOneLine();
    void stateWordsComeBack();
    void probePathsAreRequestTargets();
    void stateFileComesBack();
    void runtimeApiUnderstandsTheSame();
    void configurationUnderstandsTheSame();
    void complaintsAreShortAndClean();
};

void EdgeEscapingTest::commandsAreOneLine()
{
    for (const std::string &word : words())
        for (const auto &crossed : {commandWord(word), configWord(word)})
            QVERIFY(!crossed || (!hasControls(*crossed) && !word.empty()));
    QVERIFY(!commandWord(std::string("a\0b", 3)));
    QCOMPARE(*commandWord("a b;c\\<"), std::string("a\\ b\\;c\\\\\\<"));
    QCOMPARE(*configWord("it's"), std::string("'it'\\''s'"));
}

void EdgeEscapingTest::stateWordsComeBack()
{
    for (const std::string &word : words()) {
        const std::string crossed = stateWord(word);
        QVERIFY(crossed.find_first_of(" \t\r\n") == std::string::npos && !crossed.empty());
        QVERIFY(parseStateWord(crossed) == word);
    }
    for (const char *torn : {"", "a", "=%", "=%4", "=%zz", "=%4"})
        QVERIFY(!parseStateWord(torn));
}

void EdgeEscapingTest::probePathsAreRequestTargets()
{
    QVERIFY(isProbePath("/health?x=%20&y"));
    for (const std::string path :
         {"", "health", "/a b", "/a\tb", "/a\nb", "/a HTTP/1.1\r\nHost: x", "/\x7f", "/\xc3\xa4"})
        QVERIFY2(!isProbePath(path), path.c_str());
    for (const std::string &word : words())
        if (isProbePath("/" + word))
            QCOMPARE(parseMap("0x1 http-0 /" + word + "\n").at("http-0"), "/" + word);
}

void EdgeEscapingTest::stateFileComesBack()
{
    KeeperState state;
    for (const std::string &word : words())
        state.backend_by_pool[word] = "http-" + std::to_string(state.backend_by_pool.size());
    QVERIFY(parseState(writeState(state)).backend_by_pool == state.backend_by_pool);
}

// Each word becomes a value of a map in one process, and is asked for again.
void EdgeEscapingTest::runtimeApiUnderstandsTheSame()
{
    if (!installed())
        QSKIP("no HAProxy is installed");
    QTemporaryDir folder(QStringLiteral("/tmp/sle-XXXXXX"));
    const std::filesystem::path path = folder.path().toStdString();
    QVERIFY(writeFile(path / "values.map", "# key value\n"));
    QVERIFY(
        writeFile(path / "cfg", "global\n    stats socket '" + (path / "cli.sock").string() +
                                    "' mode 600 level admin\ndefaults\n    mode http\n"
                                    "    timeout connect 2s\n    timeout client 2s\n"
                                    "    timeout server 2s\nbackend b\n    http-request deny if "
                                    "{ str(a),map(values.map,b) x }\n"));
    sys::SpawnRequest request;
    request.arguments = {haproxyProgram(), "-q", "-f", (path / "cfg").string()};
    request.working_folder = path;
    const auto pid = sys::spawn(request);
    QVERIFY(pid);
    asio::io_context io;
    const auto client = std::make_shared<RuntimeClient>(io, [](std::int64_t) {});
    std::map<std::string, std::string> sent;
    std::map<std::string, std::string> read;
    bool connected = false;
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> {
            connected = co_await client->connect(path / "cli.sock", *pid, 20'000);
            for (const std::string &word : words()) {
                const auto crossed = commandWord(word);
                const std::string key = "k" + std::to_string(sent.size());
                if (!crossed)
                    continue;
                sent[key] = word;
                co_await client->ask("add map values.map " + key + " " + *crossed);
            }
            const auto answer = co_await client->ask("show map values.map");
            std::istringstream lines(answer ? *answer : "");
            for (std::string line; std::getline(lines, line);)
                if (const auto at = line.find(" k"); at != std::string::npos)
                    read[line.substr(at + 1, line.find(' ', at + 1) - at - 1)] =
                        line.substr(line.find(' ', at + 1) + 1);
            client->close();
        },
        asio::detached);
    io.run();
    kill(*pid, SIGKILL);
    waitpid(*pid, nullptr, 0);
    QVERIFY(connected);
    QVERIFY(sent.size() > 800);
    for (const auto &[key, word] : sent)
        QCOMPARE(QByteArray::fromStdString(read[key]), QByteArray::fromStdString(word));
}

// A word of the configuration is said again by HAProxy's own complaint about it.
void EdgeEscapingTest::configurationUnderstandsTheSame()
{
    if (!installed())
        QSKIP("no HAProxy is installed");
    QTemporaryDir folder(QStringLiteral("/tmp/sle-XXXXXX"));
    const std::filesystem::path path = folder.path().toStdString();
    std::string text = "global\n";
    int crossed = 0;
    for (const std::string &word : words())
        if (const auto quoted = configWord("w:" + word)) {
            text += "    setenv W" + std::to_string(crossed++) + " " + *quoted + "\n";
        }
    QVERIFY(writeFile(path / "cfg", text + "defaults\n    mode http\n    timeout connect 2s\n"
                                           "    timeout client 2s\n    timeout server 2s\n"
                                           "backend b\n"));
    sys::SpawnRequest request;
    request.arguments = {haproxyProgram(), "-c", "-f", (path / "cfg").string()};
    const auto output = sys::runProgram(request, 60'000);
    QVERIFY(output);
    QVERIFY2((output->out + output->err).find("Configuration file has no error") == 0,
             (output->out + output->err).c_str());
    QVERIFY(crossed > 800);
}

void EdgeEscapingTest::complaintsAreShortAndClean()
{
    QCOMPARE(complaintOf("[NOTICE]   (7) : haproxy version is 2.6\n[ALERT]    (7) : config : no\n"
                         "[ALERT]    (8) : config : no\n[ALERT]    (7) : also\tthis\n"),
             std::string("config : no; also this"));
    QCOMPARE(complaintOf("a word\x1b[31m\n"), std::string("a word\\u001b[31m"));
    QVERIFY(complaintOf(std::string(100'000, 'x')).size() < 700);
}

QTEST_GUILESS_MAIN(EdgeEscapingTest)
#include "edge_escaping_test.moc"
