// What is wrong with an uploaded file, said all at once: where, which rule, and what to do.
#pragma once

#include "backend/proto/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::packages
{

// A place in a text file. Lines and columns (in characters) count from 1; 0 is "the file as a
// whole".
struct Location {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

// Where the parts of a parsed file stand, keyed by a path such as "role/Web/setting/Colour". An
// empty one is fine: problems then speak of the file as a whole.
struct SourceMap {
    std::string file;
    std::map<std::string, Location> places;

    // The nearest known place: the path itself, else its parents.
    Location find(std::string_view path) const;
};

using Problems = std::vector<v1::Problem>;

bool hasErrors(const Problems &problems);
// One INVALID_ARGUMENT error that carries all of them and says the first error in its message.
v1::Error problemsError(std::string_view reason, std::string_view subject,
                        const Problems &problems);

} // namespace slipway::packages
