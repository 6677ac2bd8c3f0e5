// The rule for a service's name, told while it is typed; the fabric has the last word.
#pragma once

#include <QString>

namespace slipway::views
{

// In words what is wrong with `name` as a DNS label; empty: nothing.
QString nameProblem(const QString &name);

} // namespace slipway::views
