// Files in a folder that somebody else can write, too: nothing but a file that lies there itself is
// read or written, and no link, pipe or device leads elsewhere or holds up who opens it.
#pragma once

#include "backend/proto/result.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace slipway::sys
{

enum class Readers { OwnerOnly, Everybody };

// Replaces the file as a whole or not at all: readers see the old text or the new one.
// FILE_NOT_WRITTEN: as before.
Result<void> replaceFile(const std::filesystem::path &file, std::string_view text, Readers readers);

// The same, but nothing is written where the file says it already: a full disk takes nothing away.
Result<void> ensureFile(const std::filesystem::path &file, std::string_view text, Readers readers);

// At most its first bytes; empty when there is no plain file.
std::string readPlainFile(const std::filesystem::path &file, std::size_t bytes_max);

// To be written by a program, empty; the caller closes it. -1: it cannot be had. What lies there
// already is taken away.
int openFresh(const std::filesystem::path &file);

} // namespace slipway::sys
