// The only place that knows every page: one include and one line each.
#include "app/portal/pages.h"

#include "views/activity/activity_page.h"
#include "views/firstrun/first_run_page.h"
#include "views/hosts/hosts_page.h"
#include "views/overview/overview_page.h"
#include "views/packages/packages_page.h"
#include "views/service/service_page.h"
#include "views/services/services_page.h"
#include "views/settings/settings_page.h"

#include <QCoreApplication>

namespace slipway::portal
{

namespace
{

QString words(const char *title)
{
    return QCoreApplication::translate("Pages", title);
}

} // namespace

// In the order of the navigation.
views::PageFactory makePages()
{
    using namespace views;
    using namespace Qt::StringLiterals;
    return {
        pageEntry<OverviewPage>(PageId::Overview, words("Overview"), u"overview"_s),
        pageEntry<ServicesPage>(PageId::Services, words("Services"), u"services"_s),
        pageEntry<HostsPage>(PageId::Hosts, words("Hosts"), u"hosts"_s),
        pageEntry<PackagesPage>(PageId::Packages, words("Packages"), u"packages"_s),
        pageEntry<ActivityPage>(PageId::Activity, words("Activity"), u"activity"_s),
        pageEntry<SettingsPage>(PageId::Settings, words("Settings"), u"settings"_s),
        pageEntry<ServicePage>(PageId::Service, words("Service"), u"services"_s, false),
        pageEntry<FirstRunPage>(PageId::FirstRun, words("Welcome"), u"rocket"_s, false),
    };
}

} // namespace slipway::portal
