#include "views/settings/appearance_card.h"

#include "models/settings/portal_settings.h"
#include "views/settings/setting_row.h"
#include "views/widgets/buttons.h"
#include "views/widgets/segmented_control.h"

#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::PortalSettings;

AppearanceCard::AppearanceCard(PageContext &context)
    : Card(context.theme, tr("Appearance")), m_context(context),
      m_scheme(new SegmentedControl(context.theme, {tr("System"), tr("Light"), tr("Dark")})),
      m_density(new SegmentedControl(context.theme, {tr("Comfortable"), tr("Compact")}))
{
    m_scheme->setObjectName(u"scheme"_s);
    m_density->setObjectName(u"density"_s);
    body()->addWidget(new SettingRow(context.theme, tr("Theme"),
                                     tr("System follows the desktop, also while the portal runs"),
                                     m_scheme));
    body()->addWidget(makeLine());
    body()->addWidget(new SettingRow(context.theme, tr("Density"),
                                     tr("Compact shows more rows at once"), m_density));
    refresh();
    connect(&context.settings, &PortalSettings::appearanceChanged, this, &AppearanceCard::refresh);
    connect(m_scheme, &SegmentedControl::currentChanged, this,
            [this](int index) { m_context.settings.setScheme(PortalSettings::Scheme(index)); });
    connect(m_density, &SegmentedControl::currentChanged, this,
            [this](int index) { m_context.settings.setDensity(PortalSettings::Density(index)); });
}

void AppearanceCard::refresh()
{
    m_scheme->setCurrent(int(m_context.settings.scheme()));
    m_density->setCurrent(int(m_context.settings.density()));
}

} // namespace slipway::views
