#include "backend/agent/web_config.h"

#include "backend/agent/command_line.h"
#include "backend/agent/nginx_config.h"

#include <algorithm>
#include <fstream>
#include <pugixml.hpp>

namespace slipway::agent
{

namespace fs = std::filesystem;

namespace
{

constexpr std::streamsize kFileBytesMax = 1024 * 1024;

std::string asPath(std::string text)
{
    text = forwardSlashes(std::move(text));
    while (text.starts_with("./") || text.starts_with("/"))
        text.erase(0, text.find('/') + 1);
    return text;
}

bool staysInside(const std::string &path)
{
    const fs::path normal = fs::path(path).lexically_normal();
    return !path.empty() && normal.is_relative() && *normal.begin() != "..";
}

void readHandlers(const pugi::xml_node &server, WebConfig &config)
{
    for (const pugi::xml_node &handler : server.child("handlers").children("add")) {
        const std::string modules = lowered(handler.attribute("modules").value());
        const std::string path = asPath(handler.attribute("path").value());
        if (modules.find("iisnode") != std::string::npos && config.node_path.empty() &&
            path.find('*') == std::string::npos && staysInside(path))
            config.node_path = path;
        if (modules.find("aspnetcore") != std::string::npos)
            config.asp_net = true;
    }
}

// "public{REQUEST_URI}", "public/{R:0}", "public/{PATH_INFO}" -> "public".
std::string staticFolderOf(const std::string &url)
{
    const std::size_t brace = url.find('{');
    if (brace == std::string::npos)
        return {};
    std::string folder = asPath(url.substr(0, brace));
    while (folder.ends_with('/'))
        folder.pop_back();
    return staysInside(folder) ? folder : std::string();
}

bool matchesAll(const pugi::xml_node &rule)
{
    const std::string url = rule.child("match").attribute("url").value();
    static const std::vector<std::string> kAll{"",     ".*",    "(.*)", "^(.*)$",
                                               "^.*$", "^(.*)", "/*",   "*"};
    return std::find(kAll.begin(), kAll.end(), url) != kAll.end();
}

// A rule for what is no file: existing files are served before the program is asked.
bool sparesFiles(const pugi::xml_node &rule)
{
    for (const pugi::xml_node &add : rule.child("conditions").children("add"))
        if (lowered(add.attribute("matchType").value()) == "isfile" &&
            lowered(add.attribute("negate").value()) == "true")
            return true;
    return false;
}

void readRewriteRules(const pugi::xml_node &server, WebConfig &config)
{
    for (const pugi::xml_node &rule : server.child("rewrite").child("rules").children("rule")) {
        const pugi::xml_node action = rule.child("action");
        if (lowered(action.attribute("type").value()) != "rewrite")
            continue;
        const std::string url = action.attribute("url").value();
        if (!config.node_path.empty() && asPath(url).starts_with(config.node_path))
            config.proxy_all = config.proxy_all || (matchesAll(rule) && !sparesFiles(rule));
        else if (config.static_folder.empty())
            config.static_folder = staticFolderOf(url);
    }
}

void readDocuments(const pugi::xml_node &server, WebConfig &config)
{
    for (const pugi::xml_node &add :
         server.child("defaultDocument").child("files").children("add")) {
        const std::string name = add.attribute("value").value();
        if (nginxWord(name) && name.find_first_of("/\\") == std::string::npos)
            config.default_documents.push_back(name);
    }
}

} // namespace

Result<WebConfig> parseWebConfig(const std::string &xml, const std::string &file_name)
{
    pugi::xml_document document;
    const pugi::xml_parse_result parsed = document.load_buffer(xml.data(), xml.size());
    if (!parsed)
        return failure(v1::Error::INVALID_ARGUMENT, "WEB_CONFIG_NOT_XML",
                       file_name + " is not well-formed XML at byte " +
                           std::to_string(parsed.offset) + ": " + parsed.description() +
                           ". Correct it and deploy again.",
                       file_name);
    WebConfig config;
    const pugi::xml_node root = document.child("configuration");
    // A <location path="."> may wrap the server's section.
    const pugi::xml_node direct = root.child("system.webServer");
    const pugi::xml_node server =
        direct ? direct : root.child("location").child("system.webServer");
    readHandlers(server, config);
    readRewriteRules(server, config);
    readDocuments(server, config);
    if (root.child("system.web").child("compilation"))
        config.asp_net = true;
    return config;
}

Result<WebConfig> readWebConfig(const fs::path &folder)
{
    for (const char *name : {"web.config", "Web.config", "Web.Config"}) {
        std::ifstream file(folder / name, std::ios::binary);
        if (!file)
            continue;
        std::string xml(std::size_t(kFileBytesMax), '\0');
        file.read(xml.data(), kFileBytesMax);
        xml.resize(std::size_t(file.gcount()));
        return parseWebConfig(xml, (folder / name).string());
    }
    return WebConfig();
}

} // namespace slipway::agent
