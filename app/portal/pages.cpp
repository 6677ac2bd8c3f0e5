// The only place that knows every page: one include and one line each.
#include "app/portal/pages.h"

namespace slipway::portal
{

views::PageFactory makePages()
{
    views::PageFactory pages;
    return pages;
}

} // namespace slipway::portal
