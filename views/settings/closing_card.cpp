#include "views/settings/closing_card.h"

#include "models/settings/portal_settings.h"

#include <QRadioButton>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::PortalSettings;

namespace
{

constexpr int kTextLeft = 26; // under the words of a radio button

} // namespace

ClosingCard::ClosingCard(PageContext &context)
    : Card(context.theme, tr("When the window closes")), m_context(context)
{
    addChoice(u"closeAsk"_s, tr("Ask"), tr("Every time, with a box to remember the answer"));
    addChoice(u"closeStop"_s, tr("Stop the services"),
              tr("Instances end in order; their addresses do not answer until the next start"));
    addChoice(u"closeKeep"_s, tr("Keep the services running"),
              tr("A fabric in the background takes over; the next start attaches to it"));
    refresh();
    connect(&context.settings, &PortalSettings::onCloseChanged, this, &ClosingCard::refresh);
}

void ClosingCard::addChoice(const QString &name, const QString &text, const QString &meaning)
{
    auto *choice = new QRadioButton(text);
    choice->setObjectName(name);
    choice->setAccessibleDescription(meaning);
    auto *explanation = Label::secondary(m_context.theme, TextRole::Body, meaning);
    explanation->setWordWrap(true);
    explanation->setContentsMargins(kTextLeft, 0, 0, 4);
    const auto value = PortalSettings::OnClose(m_choices.size());
    connect(choice, &QRadioButton::clicked, this,
            [this, value] { m_context.settings.setOnClose(value); });
    m_choices << choice;
    body()->addWidget(choice);
    body()->addWidget(explanation);
}

void ClosingCard::refresh()
{
    m_choices[int(m_context.settings.onClose())]->setChecked(true);
}

} // namespace slipway::views
