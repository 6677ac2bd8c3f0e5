// The only place that knows every page: one include and one line each.
#include "app/portal/pages.h"

#include "views/service/service_page.h"

#include <QCoreApplication>

namespace slipway::portal
{

views::PageFactory makePages()
{
    views::PageFactory pages;
    using namespace Qt::StringLiterals;
    pages.push_back(views::pageEntry<views::ServicePage>(
        views::PageId::Service, QCoreApplication::translate("Pages", "Service"), u"services"_s, false));
    return pages;
}

} // namespace slipway::portal
