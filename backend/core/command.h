// The two halves of every command: first everything is checked without touching the state, then the
// change is carried out. `validate_only` stops in between.
#pragma once

#include "backend/core/transaction.h"

#include <functional>

namespace slipway::core
{

struct Prepared {
    v1::Operation operation; // kind, title and subject; ids and times are filled in by apply()
    std::vector<std::string> preview;
    std::vector<v1::Check> checks;
    std::vector<v1::Problem> problems;
    // Only the failing checks of a swap: a refusal that validate_only reports without an error.
    std::optional<v1::Error> refusal;
    // Called with the operation as it stands in the state.
    std::function<void(Transaction &, v1::Operation &)> change;
};

} // namespace slipway::core
