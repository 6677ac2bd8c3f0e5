// Tooltips guess whether a text is rich: one with "<b>" in an operator's label would be drawn as
// such, or worse. Texts that come from people or packages go through here.
#pragma once

#include <QString>

namespace slipway::views
{

// The words as they are, whatever is in them.
QString plainTip(const QString &text);

} // namespace slipway::views
