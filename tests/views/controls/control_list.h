// docs/controls.md: every control, and the test that uses it.
#pragma once

#include "tests/views/controls/control_walk.h"

#include <QMap>

namespace slipway::test
{

struct ListedControl {
    QString used_by; // a test file below tests/; empty: in no test
    QString why_not; // then: the reason
};

// Keyed by "name|kind". Lines that are not rows of a table are skipped.
QMap<QString, ListedControl> readControlList(const QString &file);

// Whether a test's source names the control.
bool testNames(const QString &source, const FoundControl &control);

// The page anew: tests are looked for, reasons are kept. False: it could not be written.
bool writeControlList(const QString &file, const QList<FoundControl> &controls);

} // namespace slipway::test
