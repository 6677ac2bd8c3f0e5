// .csdef text -> v1::ServiceDefinition.
#pragma once

#include "backend/packages/problems.h"

namespace slipway::packages
{

struct ParsedDefinition {
    v1::ServiceDefinition definition; // what could be read, also when there are errors
    SourceMap source;
    Problems problems; // errors, warnings and hints in the order of the file
    bool well_formed = false;
    bool is_definition = false; // its root element is a ServiceDefinition
};

// Reads UTF-8 (with or without byte order mark) or UTF-16 (with one), at most 1 MiB. Every
// schemaVersion and the legacy forms are taken. Never fails: look at `problems` with hasErrors().
ParsedDefinition readDefinition(std::string_view bytes, const std::string &file_name);

} // namespace slipway::packages
