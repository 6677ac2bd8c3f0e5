// The text of an instance's nginx configuration: pure, so that a test can read it.
#pragma once

#include "backend/proto/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace slipway::agent
{

struct NginxAlias {
    std::string url;              // "/docs/"
    std::filesystem::path folder; // where its files lie
};

struct NginxSite {
    std::vector<std::string> endpoints;     // whose sockets it serves
    std::vector<std::string> sockets;       // their addresses, as they were bound
    std::vector<std::uint32_t> local_ports; // on 127.0.0.1
    std::string host_header;                // empty: answers to every name
    std::filesystem::path root;
    std::vector<NginxAlias> aliases;
    std::vector<std::string> default_documents;
    bool proxied = false;      // there is a program behind it
    bool proxy_all = false;    // the program answers everything; else files come first
    std::string program_path;  // "/server.js": its source is never served, its address is proxied
    std::string static_folder; // files come from this folder of the root only
};

struct NginxSettings {
    std::filesystem::path folder;   // for the configuration; in temp/ lies what nginx itself writes
    bool run_as_root = false;       // keep uid 0: in a sandbox no other user may be mapped
    std::uint32_t program_port = 0; // where the program is reached
    std::uint32_t connections = 1024;
    std::vector<NginxSite> sites;
};

// NGINX_VALUE_REFUSED names the first value that cannot cross unchanged.
Result<std::string> nginxConfiguration(const NginxSettings &settings);
// The sandbox's /etc is minimal, so the agent brings its own list.
std::string nginxMimeTypes();
// One parameter of the configuration, taken literally. Nothing when it cannot be: nginx would cut a
// NUL, look for a variable behind a dollar, and has no room for more than 1024 bytes.
std::optional<std::string> nginxWord(std::string_view text);

} // namespace slipway::agent
