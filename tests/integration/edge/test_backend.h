// A small HTTP server on a Unix socket that stands for an instance: it answers with its name.
// Paths: "/slow/<ms>" answers later, "/fail" with 500, "/stuck" never.
#pragma once

#include <string>

namespace slipway::test
{

int runBackend(const std::string &socket, const std::string &name); // until killed

} // namespace slipway::test
