// Where the person has been, for Back.
#pragma once

#include "views/widgets/place.h"

#include <QList>

namespace slipway::views
{

class History
{
public:
    // Going to another part of the same page does not count as a step.
    void leave(const Place &from, const Place &to);
    bool canGoBack() const { return !m_places.isEmpty(); }
    Place takeBack() { return m_places.takeLast(); }

private:
    static constexpr qsizetype kStepsMax = 100;
    QList<Place> m_places;
};

} // namespace slipway::views
