// Roles that every table model of the portal publishes. Models give meaning, delegates give colour.
#pragma once

#include <Qt>

namespace slipway::models
{

enum Role {
    SortRole = Qt::UserRole + 1, // typed value to sort by (number, time, text)
    KeyRole,                     // QString: the row's id
    ConditionRole,               // int(Condition)
    ReasonRole,                  // QString: why the state is what it is
    StaleRole,                   // bool: the connection is lost, this is the last known value
    TimeRole,                    // qint64 ms since the epoch; the delegate shows its age
    SearchRole,                  // QString: what a text filter looks through
    FractionRole,                // double 0..1: a bar behind a number
    UserRoleEnd,
};

} // namespace slipway::models
