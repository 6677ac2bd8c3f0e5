// .cscfg text -> v1::ServiceConfiguration.
#pragma once

#include "backend/packages/problems.h"

namespace slipway::packages
{

struct ParsedConfiguration {
    v1::ServiceConfiguration configuration; // what could be read, also when there are errors
    SourceMap source;
    Problems problems;
    bool well_formed = false;
    bool is_configuration = false; // its root element is a ServiceConfiguration
};

// As readDefinition().
ParsedConfiguration readConfiguration(std::string_view bytes, const std::string &file_name);

// Reads a configuration and checks it against the definition that it is for; what the portal and
// the fabric do with an uploaded .cscfg. On errors every problem is in Error.problems, with reason
// CONFIGURATION_INVALID; `warnings` holds the rest.
struct CheckedConfiguration {
    v1::ServiceConfiguration configuration;
    Problems warnings;
};
Result<CheckedConfiguration> checkConfiguration(const v1::ServiceDefinition &definition,
                                                std::string_view bytes,
                                                const std::string &file_name);

} // namespace slipway::packages
