// What needs a person now: addresses that nobody serves, hosts that are lost or take nothing,
// instances that fail, cycle or do not answer.
#pragma once

#include "models/session/session.h"
#include "views/widgets/place.h"

#include <QList>

namespace slipway::views
{

struct AttentionItem {
    models::Condition condition = models::Condition::Attention;
    QString title;  // "WorkerRole_IN_1 of guestbook is cycling"
    QString reason; // what the fabric says about it
    std::int64_t since_ms = 0;
    Place place; // where to look

    bool operator==(const AttentionItem &) const = default;
};

// The worst first, then the newest.
QList<AttentionItem> whatNeedsAPerson(const models::Session &session);
// How many they are, without making them: for what is asked at every change.
std::uint64_t countOfWhatNeedsAPerson(const models::Session &session);

} // namespace slipway::views
