#pragma once

#include "app/ctl/context.h"

#include <filesystem>

namespace slipway::ctl
{

struct Uploaded {
    v1::Package package;
    bool already_stored = false;
};

// Sends a package file (a folder is packed first), with progress for a person at the terminal. What
// the fabric has already is not sent again; an interrupted upload resumes by the content's digest.
Result<Uploaded> upload(Context &context, const std::filesystem::path &file);

} // namespace slipway::ctl
