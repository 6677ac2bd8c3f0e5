#include "backend/agent/nginx_config.h"

#include "backend/sys/text.h"

#include <algorithm>
#include <set>

namespace slipway::agent
{

namespace
{

constexpr std::size_t kWordBytesMax = 1024; // nginx reads a parameter into a buffer of 4 KiB
constexpr std::size_t kShownBytesMax = 200;

// HAProxy before it closes idle connections first, so that it never meets one that closes just now.
constexpr const char *kHttpHead = R"(
    include mime.types;
    default_type application/octet-stream;
    types_hash_max_size 2048;
    server_names_hash_bucket_size 128;
    access_log off;
    server_tokens off;
    absolute_redirect off;
    merge_slashes off;
    sendfile on;
    tcp_nopush on;
    client_max_body_size 0;
    client_header_timeout 1h;
    client_body_timeout 1h;
    send_timeout 1h;
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
    large_client_header_buffers 8 64k;
    ignore_invalid_headers off;
    underscores_in_headers on;
    client_body_temp_path temp/body;
    proxy_temp_path temp/proxy;
    fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi;
    scgi_temp_path temp/scgi;
    gzip on;
    gzip_proxied any;
    gzip_vary on;
    gzip_min_length 1024;
    gzip_types text/css text/plain text/xml application/javascript application/json image/svg+xml;
)";

// A program that answered is believed, whatever it said. One that did not, because it is not there
// or went away, is as if this instance were not there: the balancer may then ask another one.
constexpr const char *kUnanswered = R"(
        location @unanswered {
            if ($was_answered = 0) {
                return 444;
            }
            return 502;
        }
)";

// One request a connection: the agent's joint in between leaves out what nginx cannot read.
std::string upstream(std::uint32_t port)
{
    const std::string address = "127.0.0.1:" + std::to_string(port);
    return "\n    upstream program {\n        server " + address +
           " max_fails=0;\n    }\n"
           "    map $http_upgrade $connection_header {\n        default upgrade;\n"
           "        '' '';\n    }\n"
           "    map $upstream_bytes_received $was_answered {\n        default 1;\n"
           "        '' 0;\n        0 0;\n    }\n"
           "    map $http_host $host_sent {\n        default $http_host;\n"
           "        '' localhost;\n    }\n";
}

constexpr const char *kProxy = R"(            proxy_pass http://program;
            proxy_http_version 1.1;
            proxy_set_header Host $host_sent;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_header;
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_buffer_size 64k;
            proxy_buffers 8 64k;
            proxy_busy_buffers_size 128k;
            proxy_pass_header Server;
            proxy_pass_header Date;
            proxy_pass_header X-Pad;
            proxy_pass_header X-Accel-Redirect;
            proxy_pass_header X-Accel-Expires;
            proxy_pass_header X-Accel-Limit-Rate;
            proxy_pass_header X-Accel-Buffering;
            proxy_pass_header X-Accel-Charset;
            proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate
                                 X-Accel-Buffering X-Accel-Charset Expires Cache-Control
                                 Set-Cookie Vary;
            gzip off;
            error_page 502 = @unanswered;
            proxy_connect_timeout 2s;
            proxy_read_timeout 1h;
            proxy_send_timeout 1h;
            proxy_next_upstream off;
)";

// What IIS hides, and what belongs to the program.
constexpr const char *kHidden =
    "        location ~* "
    "\"/(web\\.config|node_modules|iisnode|bin|App_Code|App_Data|App_Browsers|App_GlobalResources|"
    "App_LocalResources|App_WebReferences)(/|$)\" {\n            return 404;\n        }\n"
    "        location ~* \"\\.(csdef|cscfg|config|cs|vb|csproj|pdb)$\" {\n            return 404;\n"
    "        }\n        location ~ \"/\\.(?!well-known)\" {\n            return 404;\n        }\n";

// Everything from elsewhere becomes a parameter here; the first value that cannot is remembered.
class Words
{
public:
    // Between what is ours, and may hold variables.
    std::string operator()(const std::string &text, const std::string &before = {},
                           const std::string &behind = {})
    {
        const auto word = nginxWord(text);
        if (!word && m_refused.empty())
            m_refused = text.empty() ? "(nothing)" : text;
        if (!word)
            return "\"\"";
        return "\"" + before + word->substr(1, word->size() - 2) + behind + "\"";
    }
    const std::string &refused() const { return m_refused; }

private:
    std::string m_refused;
};

std::string proxyLocation(const std::string &head)
{
    return "        location " + head + " {\n" + kProxy + "        }\n";
}

std::string listenLines(const NginxSite &site, std::set<std::string> &defaults, Words &word)
{
    std::vector<std::string> addresses;
    for (const std::string &socket : site.sockets)
        addresses.push_back("unix:" + socket);
    for (const std::uint32_t port : site.local_ports)
        addresses.push_back("127.0.0.1:" + std::to_string(port));
    std::string text;
    for (const std::string &address : addresses) {
        const bool is_default = site.host_header.empty() && defaults.insert(address).second;
        text += "        listen " + word(address) + (is_default ? " default_server" : "") + ";\n";
    }
    return text;
}

std::string aliasLocations(const NginxSite &site, Words &word)
{
    std::string text;
    for (const NginxAlias &alias : site.aliases)
        text += "        location ^~ " + word(alias.url) + " {\n            alias " +
                word(alias.folder.string() + "/") + ";\n        }\n";
    return text;
}

std::string filesThenProgram(const NginxSite &site, Words &word)
{
    std::string text = kHidden;
    if (!site.program_path.empty())
        text += proxyLocation("= " + word(site.program_path));
    std::string files = "$uri";
    if (!site.static_folder.empty())
        files = word("/" + site.static_folder, "", "${uri}");
    else
        for (const std::string &document : site.default_documents)
            if ("/" + document != site.program_path)
                files += " " + word(document, "${uri}");
    text += "        location / {\n            try_files " + files + " @program;\n        }\n";
    return text + proxyLocation("@program");
}

std::string filesOnly(const NginxSite &site, Words &word)
{
    std::string text = std::string(kHidden) + "        index";
    for (const std::string &document : site.default_documents)
        text += " " + word(document);
    return text + ";\n        location / {\n            try_files $uri $uri/ =404;\n        }\n";
}

std::string server(const NginxSite &site, std::set<std::string> &defaults, Words &word)
{
    std::string text = "\n    server {\n" + listenLines(site, defaults, word);
    text += "        server_name " +
            (site.host_header.empty() ? std::string("_") : word(site.host_header)) + ";\n";
    text += "        root " + word(site.root.string()) + ";\n" + aliasLocations(site, word);
    if (site.proxied)
        text += kUnanswered;
    if (site.proxied && site.proxy_all)
        text += proxyLocation("/");
    else
        text += site.proxied ? filesThenProgram(site, word) : filesOnly(site, word);
    return text + "    }\n";
}

} // namespace

std::optional<std::string> nginxWord(std::string_view text)
{
    const bool can_cross = !text.empty() && text.size() <= kWordBytesMax &&
                           std::none_of(text.begin(), text.end(), [](unsigned char letter) {
                               return letter < 0x20 || letter == 0x7F || letter == '$';
                           });
    if (!can_cross)
        return {};
    std::string word = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            word += '\\';
        word += letter;
    }
    return word + "\"";
}

Result<std::string> nginxConfiguration(const NginxSettings &settings)
{
    std::string text = settings.run_as_root ? "user root;\n" : "";
    text += "daemon off;\nworker_processes 1;\nworker_shutdown_timeout 1h;\n"
            "error_log stderr warn;\npid temp/nginx.pid;\n";
    text += "events {\n    worker_connections " + std::to_string(settings.connections) +
            ";\n}\nhttp {" + kHttpHead;
    if (settings.program_port != 0)
        text += upstream(settings.program_port);
    std::set<std::string> defaults;
    Words word;
    for (const NginxSite &site : settings.sites)
        text += server(site, defaults, word);
    if (!word.refused().empty())
        return failure(v1::Error::INVALID_ARGUMENT, "NGINX_VALUE_REFUSED",
                       "\"" + sys::visible(word.refused(), kShownBytesMax) +
                           "\" cannot be written into the web server's configuration: it is "
                           "empty or too long, or holds a dollar or a control character. Rename "
                           "it in the package.");
    return text + "}\n";
}

} // namespace slipway::agent
