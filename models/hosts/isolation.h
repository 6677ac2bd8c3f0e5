// How well the fabric's instances are locked in, as its hosts have tried it, for all pages alike.
#pragma once

#include "models/base/fabric_store.h"

#include <QString>
#include <QStringList>

namespace slipway::models
{

struct IsolationSummary {
    Condition condition = Condition::Ready; // Ready at the top level; Failed: nothing can run
    QString level;                          // the lowest that a host has; empty: none is known yet
    QString meaning;                        // what is not promised at this level; empty at the top
    QString advice;                         // what would raise it; empty at the top
    QStringList unfit;                      // "host-3: why it takes no instances"
    bool operator==(const IsolationSummary &) const = default;
};

IsolationSummary isolationOf(const FabricStore &store);

// Attention for a host that runs and takes no instances, else by its state.
Condition conditionOf(const v1::Host &host);
// "Ready", "Takes no instances", ...
QString stateWord(const v1::Host &host);

} // namespace slipway::models
