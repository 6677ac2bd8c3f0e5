// The pages of the portal, in the order of the navigation.
#pragma once

#include "views/widgets/page_factory.h"

namespace slipway::portal
{

views::PageFactory makePages();

} // namespace slipway::portal
