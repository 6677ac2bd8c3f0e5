#include "views/shell/history.h"

namespace slipway::views
{

void History::leave(const Place &from, const Place &to)
{
    if (from.page == to.page && from.subject == to.subject) {
        return;
    }
    m_places << from;
    if (m_places.size() > kStepsMax) {
        m_places.removeFirst();
    }
}

} // namespace slipway::views
