// The look: palette, one stylesheet made from the tokens, fonts, icons and the shape of a state.
// Widgets ask it for everything they paint and repaint when it changes.
#pragma once

#include "models/base/condition.h"
#include "models/settings/portal_settings.h"
#include "views/theme/tokens.h"

#include <QFont>
#include <QHash>
#include <QIcon>
#include <QObject>
#include <QPixmap>

class QPainter;
class QRectF;
class QWidget;

namespace slipway::views
{

class Theme : public QObject
{
    Q_OBJECT

public:
    // Follows `settings` (scheme and density), and the system where the scheme says so.
    explicit Theme(models::PortalSettings &settings, QObject *parent = nullptr);

    // Sets style, palette, font and stylesheet of the application, now and at every change.
    void install();
    // The desktop changed its colours: looks anew whether they are dark.
    void followSystem();

    const Tokens &tokens() const { return m_dark ? darkTokens() : lightTokens(); }
    bool isDark() const { return m_dark; }
    bool isCompact() const;
    int rowHeight() const;

    QFont font(TextRole role) const;
    // An icon of resources/icons by its name, drawn in a colour; sharp at every scale.
    QIcon icon(const QString &name, const QColor &color) const;
    QIcon icon(const QString &name) const; // secondary, accent when checked or active
    QPixmap pixmap(const QString &name, const QColor &color, int size_px, qreal ratio) const;

    QColor color(models::Condition condition) const;
    QColor tint(models::Condition condition) const;
    // Dot, ring, triangle or square inside `box`: never colour alone.
    void drawShape(QPainter &painter, const QRectF &box, models::Condition condition) const;

Q_SIGNALS:
    void changed();

private:
    void refresh();
    bool systemIsDark() const;

    models::PortalSettings &m_settings;
    bool m_dark = false;
    bool m_system_dark = false; // of the desktop's own palette
    bool m_installed = false;
    mutable QHash<QString, QByteArray> m_svg; // sources by name
};

// `share` 0: all of `a`; 1: all of `b`.
QColor mixed(const QColor &a, const QColor &b, qreal share);
QColor faintOf(const Tokens &tokens); // texts and icons of what cannot be used now

// The application's stylesheet for these tokens.
QString styleSheet(const Tokens &tokens, bool compact);

// Text whose digits all take the same width, whatever the font: columns of numbers stand still.
void drawTabular(QPainter &painter, const QRectF &box, Qt::Alignment alignment,
                 const QString &text);
qreal tabularWidth(const QFont &font, const QString &text);

} // namespace slipway::views
