// Stands for a page that belongs to somebody else: a test only asks whether one got there.
#pragma once

#include "views/widgets/page.h"

namespace slipway::test
{

class ProbePage : public views::Page
{
public:
    explicit ProbePage(views::PageContext &) {}
    QString title() const override { return QStringLiteral("Elsewhere"); }
};

} // namespace slipway::test
