// Theme and density; both take effect at once.
#pragma once

#include "views/widgets/card.h"
#include "views/widgets/page_context.h"

namespace slipway::views
{

class SegmentedControl;

class AppearanceCard : public Card
{
    Q_OBJECT

public:
    explicit AppearanceCard(PageContext &context);

private:
    void refresh();

    PageContext &m_context;
    SegmentedControl *m_scheme;
    SegmentedControl *m_density;
};

} // namespace slipway::views
