#include "views/widgets/plain_tip.h"

#include <QTextDocument>

namespace slipway::views
{

using namespace Qt::StringLiterals;

QString plainTip(const QString &text)
{
    if (!Qt::mightBeRichText(text)) {
        return text;
    }
    return u"<span style=\"white-space: pre-wrap\">"_s + text.toHtmlEscaped() + u"</span>"_s;
}

} // namespace slipway::views
