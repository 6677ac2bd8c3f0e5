// Where in the portal somebody is: a page, its subject, and a part of it. Written as text it is
// what the portal remembers and what the palette opens.
#pragma once

#include <QString>

namespace slipway::views
{

enum class PageId { Overview, Services, Service, Hosts, Packages, Activity, Settings, FirstRun };

struct Place {
    PageId page = PageId::Overview;
    QString subject; // a service's name, a host's id, a digest, an operation's id
    QString part;    // a tab ("logs"), or an instance as "deployment/name"

    bool operator==(const Place &) const = default;
    QString toString() const;                     // "service/guestbook#logs"
    static Place fromString(const QString &text); // unknown words: the overview
};

} // namespace slipway::views
