// What the portal remembers between starts, in a QSettings of its own; one typed property each.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSettings>
#include <QString>

namespace slipway::models
{

class PortalSettings : public QObject
{
    Q_OBJECT

public:
    enum class Scheme { System, Light, Dark };
    Q_ENUM(Scheme)
    enum class Density { Comfortable, Compact };
    Q_ENUM(Density)
    enum class OnClose { Ask, StopServices, KeepServices };
    Q_ENUM(OnClose)

    // `file` empty: the user's own place; tests give a file of their own.
    explicit PortalSettings(const QString &file = {}, QObject *parent = nullptr);

    Scheme scheme() const;
    void setScheme(Scheme scheme);
    Density density() const;
    void setDensity(Density density);
    OnClose onClose() const;
    void setOnClose(OnClose on_close);
    bool navigationCollapsed() const;
    void setNavigationCollapsed(bool collapsed);
    QByteArray windowGeometry() const;
    void setWindowGeometry(const QByteArray &geometry);
    QString lastPlace() const; // Place::toString()
    void setLastPlace(const QString &place);
    bool firstRunSeen() const;
    void setFirstRunSeen(bool seen);
    // State of a table's header, by the table's object name.
    QByteArray headerState(const QString &table) const;
    void setHeaderState(const QString &table, const QByteArray &state);

Q_SIGNALS:
    void appearanceChanged(); // scheme or density
    void onCloseChanged();

private:
    QSettings m_settings;
};

} // namespace slipway::models
