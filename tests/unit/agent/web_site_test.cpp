#include "backend/agent/nginx_config.h"
#include "backend/agent/web_config.h"

#include <QTemporaryDir>
#include <QTest>

using namespace slipway::agent;

namespace
{

std::string webConfig(const std::string &inside)
{
    return "<?xml version=\"1.0\"?><configuration><system.webServer>" + inside +
           "</system.webServer></configuration>";
}

const std::string kHandler = "<handlers><add name=\"iisnode\" path=\"server.js\" verb=\"*\" "
                             "modules=\"iisnode\" /></handlers>";

std::string rule(const std::string &match, const std::string &url, const std::string &more = {})
{
    return "<rule name=\"r\"><match url=\"" + match + "\"/>" + more +
           "<action type=\"Rewrite\" url=\"" + url + "\"/></rule>";
}

std::string rules(const std::string &inside)
{
    return kHandler + "<rewrite><rules>" + inside + "</rules></rewrite>";
}

bool isIn(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

NginxSettings settings()
{
    NginxSettings settings;
    settings.folder = "/local/nginx";
    NginxSite site;
    site.sockets = {"/run/own/a.ngx"};
    site.local_ports = {8080};
    site.root = "/role/sitesroot/0";
    site.default_documents = {"index.html"};
    settings.sites.push_back(site);
    return settings;
}

} // namespace

class AgentWebSiteTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheNodeProgram();
    void readsRewriteRules();
    void refusesBrokenXml();
    void keepsOutOfOtherFolders();
    void writesAStaticSite();
    void writesAProxy();
    void acceptsOnlyOneDefaultServer();
    void refusesWhatCannotCross();
};

void AgentWebSiteTest::findsTheNodeProgram()
{
    const auto config = parseWebConfig(webConfig(kHandler), "web.config");
    QVERIFY(config);
    QCOMPARE(config->node_path, std::string("server.js"));
    QVERIFY(!config->proxy_all);
    const auto none = parseWebConfig("<configuration/>", "web.config");
    QVERIFY(none && none->node_path.empty());
}

void AgentWebSiteTest::readsRewriteRules()
{
    const auto all = parseWebConfig(webConfig(rules(rule("/*", "server.js"))), "web.config");
    QVERIFY(all && all->proxy_all);
    const auto some = parseWebConfig(webConfig(rules(rule("^api", "server.js"))), "web.config");
    QVERIFY(some && !some->proxy_all);
    const auto spares = parseWebConfig(
        webConfig(rules(rule(".*", "public{REQUEST_URI}") +
                        rule(".*", "server.js",
                             "<conditions><add input=\"{REQUEST_FILENAME}\" matchType=\"IsFile\" "
                             "negate=\"True\"/></conditions>"))),
        "web.config");
    QVERIFY(spares && !spares->proxy_all);
    QCOMPARE(spares->static_folder, std::string("public"));
}

void AgentWebSiteTest::refusesBrokenXml()
{
    const auto config = parseWebConfig("<configuration><a>", "sitesroot/0/web.config");
    QVERIFY(!config);
    QVERIFY(isIn(config.error().message(), "sitesroot/0/web.config"));
}

void AgentWebSiteTest::keepsOutOfOtherFolders()
{
    const auto config = parseWebConfig(
        webConfig("<handlers><add path=\"..\\..\\etc\\x.js\" modules=\"iisnode\"/></handlers>"),
        "web.config");
    QVERIFY(config && config->node_path.empty());
}

void AgentWebSiteTest::writesAStaticSite()
{
    const std::string text = *nginxConfiguration(settings());
    QVERIFY(isIn(text, "listen \"unix:/run/own/a.ngx\" default_server;"));
    QVERIFY(isIn(text, "listen \"127.0.0.1:8080\" default_server;"));
    QVERIFY(isIn(text, "root \"/role/sitesroot/0\";"));
    QVERIFY(isIn(text, "index \"index.html\";"));
    QVERIFY(isIn(text, "access_log off;"));
    QVERIFY(!isIn(text, "proxy_pass"));
    QVERIFY(!isIn(text, "user root;"));
    QVERIFY(isIn(nginxMimeTypes(), "text/css css;"));
}

void AgentWebSiteTest::writesAProxy()
{
    NginxSettings proxied = settings();
    proxied.run_as_root = true;
    proxied.program_port = 20'080;
    proxied.sites[0].proxied = true;
    proxied.sites[0].program_path = "/server.js";
    const std::string files_first = *nginxConfiguration(proxied);
    QVERIFY(files_first.starts_with("user root;"));
    QVERIFY(isIn(files_first, "server 127.0.0.1:20080 max_fails=0;"));
    QVERIFY(isIn(files_first, "location = \"/server.js\" {"));
    QVERIFY(isIn(files_first, "try_files $uri \"${uri}index.html\" @program;"));
    proxied.sites[0].proxy_all = true;
    QVERIFY(!isIn(*nginxConfiguration(proxied), "try_files"));
}

void AgentWebSiteTest::acceptsOnlyOneDefaultServer()
{
    NginxSettings two = settings();
    two.sites.push_back(two.sites[0]);
    const std::string text = *nginxConfiguration(two);
    const std::size_t first = text.find("a.ngx\" default_server");
    QVERIFY(first != std::string::npos);
    QCOMPARE(text.find("a.ngx\" default_server", first + 1), std::string::npos);
}

void AgentWebSiteTest::refusesWhatCannotCross()
{
    for (const std::string bad : {"$document_root", "a\nb", "", "a\x7f"}) {
        NginxSettings with_bad = settings();
        with_bad.sites[0].aliases = {{"/" + bad + "/", "/role/docs"}};
        with_bad.sites[0].default_documents = {bad};
        const auto text = nginxConfiguration(with_bad);
        QVERIFY(!text);
        QCOMPARE(text.error().reason(), std::string("NGINX_VALUE_REFUSED"));
    }
}

QTEST_GUILESS_MAIN(AgentWebSiteTest)
#include "web_site_test.moc"
