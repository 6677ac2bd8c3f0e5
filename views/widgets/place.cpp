#include "views/widgets/place.h"

#include <QStringList>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

const QStringList &pageWords()
{
    static const QStringList kWords{u"overview"_s, u"services"_s, u"service"_s,  u"hosts"_s,
                                    u"packages"_s, u"activity"_s, u"settings"_s, u"firstrun"_s};
    return kWords;
}

} // namespace

QString Place::toString() const
{
    QString text = pageWords()[int(page)];
    if (!subject.isEmpty()) {
        text += u'/' + subject;
    }
    if (!part.isEmpty()) {
        text += u'#' + part;
    }
    return text;
}

Place Place::fromString(const QString &text)
{
    Place place;
    const auto hash = text.indexOf(u'#');
    const auto path = hash < 0 ? text : text.left(hash);
    const auto slash = path.indexOf(u'/');
    const auto page = pageWords().indexOf(slash < 0 ? path : path.left(slash));
    if (page < 0) {
        return place;
    }
    place.page = PageId(page);
    place.subject = slash < 0 ? QString() : path.mid(slash + 1);
    place.part = hash < 0 ? QString() : text.mid(hash + 1);
    return place;
}

} // namespace slipway::views
