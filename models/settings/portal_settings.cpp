#include "models/settings/portal_settings.h"

#include <QMetaEnum>

namespace slipway::models
{

using namespace Qt::StringLiterals;

namespace
{

constexpr auto kScheme = "appearance/scheme";
constexpr auto kDensity = "appearance/density";
constexpr auto kOnClose = "window/onClose";
constexpr auto kCollapsed = "window/navigationCollapsed";
constexpr auto kGeometry = "window/geometry";
constexpr auto kPlace = "window/place";
constexpr auto kFirstRun = "firstRun/seen";

QString key(const char *name)
{
    return QString::fromLatin1(name);
}

// Enumerators are stored by name: the file stays readable and survives a new order.
template <typename Enum> Enum readEnum(const QSettings &settings, const char *name, Enum fallback)
{
    bool known = false;
    const auto text = settings.value(key(name)).toString().toLatin1();
    const int value = QMetaEnum::fromType<Enum>().keyToValue(text.constData(), &known);
    return known ? Enum(value) : fallback;
}

template <typename Enum> void writeEnum(QSettings &settings, const char *name, Enum value)
{
    settings.setValue(key(name),
                      QString::fromLatin1(QMetaEnum::fromType<Enum>().valueToKey(int(value))));
}

} // namespace

PortalSettings::PortalSettings(const QString &file, QObject *parent)
    : QObject(parent),
      m_settings(file.isEmpty() ? QSettings(QSettings::IniFormat, QSettings::UserScope,
                                            u"slipway"_s, u"portal"_s)
                                      .fileName()
                                : file,
                 QSettings::IniFormat)
{
}

PortalSettings::Scheme PortalSettings::scheme() const
{
    return readEnum(m_settings, kScheme, Scheme::System);
}

void PortalSettings::setScheme(Scheme scheme)
{
    if (scheme != this->scheme()) {
        writeEnum(m_settings, kScheme, scheme);
        Q_EMIT appearanceChanged();
    }
}

PortalSettings::Density PortalSettings::density() const
{
    return readEnum(m_settings, kDensity, Density::Comfortable);
}

void PortalSettings::setDensity(Density density)
{
    if (density != this->density()) {
        writeEnum(m_settings, kDensity, density);
        Q_EMIT appearanceChanged();
    }
}

PortalSettings::OnClose PortalSettings::onClose() const
{
    return readEnum(m_settings, kOnClose, OnClose::Ask);
}

void PortalSettings::setOnClose(OnClose on_close)
{
    if (on_close != onClose()) {
        writeEnum(m_settings, kOnClose, on_close);
        Q_EMIT onCloseChanged();
    }
}

bool PortalSettings::navigationCollapsed() const
{
    return m_settings.value(key(kCollapsed), false).toBool();
}

void PortalSettings::setNavigationCollapsed(bool collapsed)
{
    m_settings.setValue(key(kCollapsed), collapsed);
}

QByteArray PortalSettings::windowGeometry() const
{
    return m_settings.value(key(kGeometry)).toByteArray();
}

void PortalSettings::setWindowGeometry(const QByteArray &geometry)
{
    m_settings.setValue(key(kGeometry), geometry);
}

QString PortalSettings::lastPlace() const
{
    return m_settings.value(key(kPlace)).toString();
}

void PortalSettings::setLastPlace(const QString &place)
{
    m_settings.setValue(key(kPlace), place);
}

bool PortalSettings::firstRunSeen() const
{
    return m_settings.value(key(kFirstRun), false).toBool();
}

void PortalSettings::setFirstRunSeen(bool seen)
{
    m_settings.setValue(key(kFirstRun), seen);
}

QByteArray PortalSettings::headerState(const QString &table) const
{
    return m_settings.value(u"tables/"_s + table).toByteArray();
}

void PortalSettings::setHeaderState(const QString &table, const QByteArray &state)
{
    m_settings.setValue(u"tables/"_s + table, state);
}

} // namespace slipway::models
