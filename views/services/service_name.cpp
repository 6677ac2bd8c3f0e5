#include "views/services/service_name.h"

#include <QCoreApplication>
#include <algorithm>

namespace slipway::views
{

namespace
{

constexpr qsizetype kLongestName = 63;

QString tr(const char *source)
{
    return QCoreApplication::translate("ServiceName", source);
}

bool isAllowed(QChar letter)
{
    return (letter >= u'a' && letter <= u'z') || (letter >= u'0' && letter <= u'9') ||
           letter == u'-';
}

} // namespace

QString nameProblem(const QString &name)
{
    if (name.isEmpty()) {
        return tr("A service needs a name.");
    }
    const auto wrong = std::find_if_not(name.begin(), name.end(), isAllowed);
    if (wrong != name.end() && wrong->isUpper()) {
        return tr("Use lower-case letters: “%1” is not allowed.").arg(*wrong);
    }
    if (wrong != name.end()) {
        return wrong->isSpace() ? tr("A name has no spaces; use a hyphen.")
                                : tr("“%1” is not allowed: use a–z, 0–9 and hyphens.").arg(*wrong);
    }
    if (name.startsWith(u'-') || name.endsWith(u'-')) {
        return tr("No hyphen at either end.");
    }
    if (name.size() > kLongestName) {
        return tr("At most %1 characters; these are %2.").arg(kLongestName).arg(name.size());
    }
    return {};
}

} // namespace slipway::views
