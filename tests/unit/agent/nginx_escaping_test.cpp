// What crosses the border into nginx's configuration comes back unchanged or is refused: all bytes,
// and words of random ones, asked of a real nginx.
#include "backend/agent/nginx_config.h"
#include "backend/sys/child_process.h"

#include <QTemporaryDir>
#include <QTest>
#include <asio.hpp>
#include <csignal>
#include <fstream>
#include <random>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::agent;
namespace fs = std::filesystem;

namespace
{

constexpr const char *kNginx = "/usr/sbin/nginx";

std::vector<std::string> words()
{
    std::vector<std::string> result = {"",
                                       " ",
                                       "\\",
                                       "\\\\",
                                       "a\\",
                                       "\"",
                                       "'",
                                       "''",
                                       "#",
                                       ";",
                                       "{",
                                       "}",
                                       "};",
                                       "$host",
                                       "${host}",
                                       "\\n",
                                       "\\t",
                                       "\\\"",
                                       "~^/",
                                       "=",
                                       "^~",
                                       "@named",
                                       "*",
                                       "../..",
                                       "\r\n",
                                       "if (1)",
                                       "%00",
                                       "include /etc/passwd;",
                                       std::string(1024, 'x'),
                                       std::string(1025, 'x')};
    for (int byte = 0; byte < 256; ++byte) {
        const std::string one(1, char(byte));
        result.insert(result.end(), {one, "a" + one, one + "b", "a" + one + one + "b"});
    }
    std::mt19937 random(20'26);
    for (int i = 0; i < 300; ++i) {
        std::string word;
        for (std::size_t length = random() % 40 + 1; word.size() < length;)
            word += i % 2 ? char(random() % 256) : "\\ ;{}\"'$\n\t#r"[random() % 12];
        result.push_back(word);
    }
    return result;
}

std::string answerTo(const fs::path &socket, const std::string &path)
{
    asio::io_context io;
    asio::local::stream_protocol::socket connection(io);
    std::error_code error;
    connection.connect({socket.string()}, error);
    asio::write(connection, asio::buffer("GET " + path + " HTTP/1.0\r\n\r\n"), error);
    std::string answer;
    asio::read(connection, asio::dynamic_buffer(answer), error);
    const std::size_t head = answer.find("\r\n\r\n");
    return head == std::string::npos ? "no answer" : answer.substr(head + 4);
}

class Nginx
{
public:
    explicit Nginx(const std::string &servers)
    {
        const fs::path folder = m_folder.path().toStdString();
        fs::create_directories(folder / "temp");
        std::ofstream(folder / "nginx.conf")
            << (geteuid() == 0 ? "user root;\n" : "")
            << "daemon off;\nworker_processes 1;\nerror_log stderr warn;\npid temp/nginx.pid;\n"
               "events {}\nhttp {\n    access_log off;\n    client_body_temp_path temp/body;\n"
               "    proxy_temp_path temp/proxy;\n    fastcgi_temp_path temp/fastcgi;\n"
               "    uwsgi_temp_path temp/uwsgi;\n    scgi_temp_path temp/scgi;\n"
               "    default_type text/plain;\n    server {\n        listen unix:"
            << socket().string() << ";\n"
            << servers << "    }\n}\n";
        sys::SpawnRequest request;
        request.arguments = {kNginx, "-e",        "stderr", "-p", folder.string() + "/",
                             "-c",   "nginx.conf"};
        m_pid = sys::spawn(request).value_or(0);
    }
    ~Nginx()
    {
        if (m_pid <= 0)
            return;
        kill(m_pid, SIGTERM);
        waitpid(m_pid, nullptr, 0);
    }
    bool answers() const
    {
        const auto isUp = [this] { return answerTo(socket(), "/up") == "up"; };
        return QTest::qWaitFor(isUp, 30'000);
    }
    fs::path socket() const { return fs::path(m_folder.path().toStdString()) / "s.sock"; }

private:
    QTemporaryDir m_folder{QStringLiteral("/tmp/sln-XXXXXX")};
    int m_pid = 0;
};

} // namespace

class NginxEscapingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void wordsAreOneLine();
    void nginxUnderstandsTheSame();
    void foldersAreTheSame();
};

void NginxEscapingTest::initTestCase()
{
    if (!fs::exists(kNginx))
        QSKIP("no nginx is installed");
}

void NginxEscapingTest::wordsAreOneLine()
{
    for (const std::string &word : words()) {
        const auto crossed = nginxWord(word);
        const bool is_plain = !word.empty() && word.size() <= 1024 &&
                              std::none_of(word.begin(), word.end(), [](unsigned char letter) {
                                  return letter < 0x20 || letter == 0x7f || letter == '$';
                              });
        QCOMPARE(crossed.has_value(), is_plain);
    }
}

// Each word becomes the body of an answer.
void NginxEscapingTest::nginxUnderstandsTheSame()
{
    std::ostringstream text;
    std::map<std::string, std::string> sent;
    text << "        location = /up { return 200 up; }\n";
    for (const std::string &word : words()) {
        const auto crossed = nginxWord(word);
        if (!crossed)
            continue;
        const std::string path = "/k" + std::to_string(sent.size());
        sent[path] = word;
        text << "        location = " << path << " { return 200 " << *crossed << "; }\n";
    }
    QVERIFY(sent.size() > 800);
    const Nginx nginx(text.str());
    QVERIFY(nginx.answers());
    for (const auto &[path, word] : sent)
        QCOMPARE(QByteArray::fromStdString(answerTo(nginx.socket(), path)),
                 QByteArray::fromStdString(word));
}

// As names of folders, which are opened.
void NginxEscapingTest::foldersAreTheSame()
{
    QTemporaryDir folder(QStringLiteral("/tmp/sln-XXXXXX"));
    const fs::path root = folder.path().toStdString();
    fs::permissions(root, fs::perms(0755));
    std::ostringstream text;
    text << "        location = /up { return 200 up; }\n";
    int count = 0;
    for (const std::string name : {"a b", "it's", "\"q\"", "back\\slash", "semi;colon", "{brace}",
                                   "#hash", "ü", "\xff", "-v"}) {
        fs::create_directory(root / name);
        std::ofstream(root / name / "file") << name;
        const auto crossed = nginxWord((root / name).string() + "/");
        QVERIFY(crossed);
        text << "        location ^~ /f" << count++ << "/ { alias " << *crossed << "; }\n";
    }
    const Nginx nginx(text.str());
    QVERIFY(nginx.answers());
    count = 0;
    for (const std::string name : {"a b", "it's", "\"q\"", "back\\slash", "semi;colon", "{brace}",
                                   "#hash", "ü", "\xff", "-v"})
        QCOMPARE(QByteArray::fromStdString(
                     answerTo(nginx.socket(), "/f" + std::to_string(count++) + "/file")),
                 QByteArray::fromStdString(name));
}

QTEST_GUILESS_MAIN(NginxEscapingTest)
#include "nginx_escaping_test.moc"
