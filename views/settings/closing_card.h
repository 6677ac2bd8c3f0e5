// What becomes of the services when the window closes.
#pragma once

#include "views/widgets/card.h"
#include "views/widgets/page_context.h"

#include <QList>

class QRadioButton;

namespace slipway::views
{

class ClosingCard : public Card
{
    Q_OBJECT

public:
    explicit ClosingCard(PageContext &context);

private:
    void addChoice(const QString &name, const QString &text, const QString &meaning);
    void refresh();

    PageContext &m_context;
    QList<QRadioButton *> m_choices; // in the order of PortalSettings::OnClose
};

} // namespace slipway::views
