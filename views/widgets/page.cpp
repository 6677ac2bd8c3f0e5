#include "views/widgets/page.h"

namespace slipway::views
{

QList<Crumb> Page::breadcrumb() const
{
    return {{title(), m_place}};
}

} // namespace slipway::views
