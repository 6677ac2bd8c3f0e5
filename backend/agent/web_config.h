// The parts of IIS' web.config that decide how a site is served here.
#pragma once

#include "backend/proto/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace slipway::agent
{

struct WebConfig {
    std::string node_path;     // of the iisnode handler, relative to the site; empty: there is none
    bool proxy_all = false;    // a rewrite rule hands every address to the program
    std::string static_folder; // "public": a rewrite rule looks there first
    std::vector<std::string> default_documents; // in their order; empty: the server's own list
    bool asp_net = false;                       // handlers that cannot run here
};

// Reads at most 1 MiB. A file that is no XML is an error that names the file and the place.
Result<WebConfig> parseWebConfig(const std::string &xml, const std::string &file_name);
// An absent file is an empty configuration.
Result<WebConfig> readWebConfig(const std::filesystem::path &folder);

} // namespace slipway::agent
