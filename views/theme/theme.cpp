#include "views/theme/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>
#include <QStyleFactory>
#include <QSvgRenderer>
#include <QWidget>

// Q_INIT_RESOURCE must stand outside every namespace.
static void registerIcons()
{
    Q_INIT_RESOURCE(icons);
}

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;

namespace
{

QPalette paletteOf(const Tokens &tokens)
{
    QPalette palette;
    palette.setColor(QPalette::Window, tokens.background);
    palette.setColor(QPalette::WindowText, tokens.text);
    palette.setColor(QPalette::Base, tokens.surface);
    palette.setColor(QPalette::AlternateBase, tokens.background);
    palette.setColor(QPalette::Text, tokens.text);
    palette.setColor(QPalette::PlaceholderText, tokens.secondary);
    palette.setColor(QPalette::Button, tokens.raised);
    palette.setColor(QPalette::ButtonText, tokens.text);
    palette.setColor(QPalette::BrightText, tokens.bad);
    palette.setColor(QPalette::Highlight, tokens.accent);
    palette.setColor(QPalette::HighlightedText, tokens.on_accent);
    palette.setColor(QPalette::Link, tokens.accent);
    palette.setColor(QPalette::LinkVisited, tokens.accent);
    palette.setColor(QPalette::ToolTipBase, tokens.surface);
    palette.setColor(QPalette::ToolTipText, tokens.text);
    palette.setColor(QPalette::Light, tokens.raised);
    palette.setColor(QPalette::Midlight, tokens.hover);
    palette.setColor(QPalette::Mid, tokens.line);
    palette.setColor(QPalette::Dark, tokens.line);
    palette.setColor(QPalette::Shadow, tokens.shadow);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        auto faint = tokens.secondary;
        faint.setAlphaF(0.6F);
        palette.setColor(QPalette::Disabled, role, faint);
    }
    return palette;
}

struct Face {
    qreal pixels;
    QFont::Weight weight;
};

Face faceOf(TextRole role)
{
    switch (role) {
    case TextRole::PageTitle:
        return {24, QFont::Bold};
    case TextRole::CardTitle:
        return {17, QFont::DemiBold};
    case TextRole::Headline:
        return {16, QFont::DemiBold};
    case TextRole::Body:
        return {13, QFont::Normal};
    case TextRole::Strong:
        return {13, QFont::DemiBold};
    case TextRole::Label:
        return {11.5, QFont::Medium};
    case TextRole::Overline:
        return {11, QFont::Bold};
    case TextRole::Mono:
        return {12, QFont::Normal};
    }
    return {13, QFont::Normal};
}

} // namespace

Theme::Theme(models::PortalSettings &settings, QObject *parent)
    : QObject(parent), m_settings(settings)
{
    registerIcons();
    m_system_dark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    m_dark = systemIsDark();
    connect(&settings, &models::PortalSettings::appearanceChanged, this, &Theme::refresh);
}

void Theme::install()
{
    m_installed = true;
    QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
    refresh();
}

void Theme::followSystem()
{
    if (m_installed) {
        QApplication::setPalette({}); // the desktop's, for this look at it
        m_system_dark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
        refresh();
    }
}

bool Theme::isCompact() const
{
    return m_settings.density() == models::PortalSettings::Density::Compact;
}

int Theme::rowHeight() const
{
    return isCompact() ? space::kRowHeightCompact : space::kRowHeight;
}

bool Theme::systemIsDark() const
{
    switch (m_settings.scheme()) {
    case models::PortalSettings::Scheme::Light:
        return false;
    case models::PortalSettings::Scheme::Dark:
        return true;
    case models::PortalSettings::Scheme::System:
        return m_system_dark;
    }
    return m_system_dark;
}

void Theme::refresh()
{
    m_dark = systemIsDark();
    if (m_installed) {
        QApplication::setPalette(paletteOf(tokens()));
        QApplication::setFont(font(TextRole::Body));
        qApp->setStyleSheet(styleSheet(tokens(), isCompact()));
        QIcon window_icon;
        for (const int size : {16, 24, 32, 48, 64, 128, 256}) {
            window_icon.addPixmap(pixmap(u"slipway"_s, tokens().accent, size, 1.0));
        }
        QApplication::setWindowIcon(window_icon);
    }
    Q_EMIT changed();
}

QFont Theme::font(TextRole role) const
{
    const auto [pixels, weight] = faceOf(role);
    auto font = QFontDatabase::systemFont(role == TextRole::Mono ? QFontDatabase::FixedFont
                                                                 : QFontDatabase::GeneralFont);
    font.setPixelSize(qRound(pixels));
    font.setWeight(weight);
    if (role == TextRole::Overline) {
        font.setLetterSpacing(QFont::AbsoluteSpacing, 0.6);
    }
    if (role == TextRole::PageTitle) {
        font.setLetterSpacing(QFont::AbsoluteSpacing, -0.2);
    }
    return font;
}

QPixmap Theme::pixmap(const QString &name, const QColor &color, int size_px, qreal ratio) const
{
    auto &source = m_svg[name];
    if (source.isEmpty()) {
        QFile file(u":/icons/"_s + name + u".svg"_s);
        if (file.open(QIODevice::ReadOnly)) {
            source = file.readAll();
        }
    }
    auto colored = source;
    colored.replace("currentColor", color.name().toLatin1());
    QPixmap pixmap(QSize(size_px, size_px) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    QSvgRenderer(colored).render(&painter, QRectF(0, 0, size_px, size_px));
    return pixmap;
}

QIcon Theme::icon(const QString &name, const QColor &color) const
{
    QIcon icon;
    for (const qreal ratio : {1.0, 1.5, 2.0}) {
        for (const int size : {16, 20}) {
            icon.addPixmap(pixmap(name, color, size, ratio));
            icon.addPixmap(pixmap(name, faintOf(tokens()), size, ratio), QIcon::Disabled);
        }
    }
    return icon;
}

QIcon Theme::icon(const QString &name) const
{
    auto made = icon(name, tokens().secondary);
    for (const qreal ratio : {1.0, 1.5, 2.0}) {
        made.addPixmap(pixmap(name, tokens().accent, 20, ratio), QIcon::Normal, QIcon::On);
        made.addPixmap(pixmap(name, tokens().accent, 20, ratio), QIcon::Active, QIcon::On);
    }
    return made;
}

QColor Theme::color(Condition condition) const
{
    switch (condition) {
    case Condition::Ready:
        return tokens().ok;
    case Condition::OnItsWay:
        return tokens().between;
    case Condition::Attention:
        return tokens().warning;
    case Condition::Failed:
        return tokens().bad;
    case Condition::Stopped:
        return tokens().secondary;
    }
    return tokens().secondary;
}

QColor Theme::tint(Condition condition) const
{
    switch (condition) {
    case Condition::Ready:
        return tokens().ok_tint;
    case Condition::OnItsWay:
        return tokens().between_tint;
    case Condition::Attention:
        return tokens().warning_tint;
    case Condition::Failed:
        return tokens().bad_tint;
    case Condition::Stopped:
        return tokens().neutral_tint;
    }
    return tokens().neutral_tint;
}

void Theme::drawShape(QPainter &painter, const QRectF &box, Condition condition) const
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto hue = color(condition);
    const qreal side = qMin(box.width(), box.height());
    QRectF square(0, 0, side, side);
    square.moveCenter(box.center());
    painter.setPen(Qt::NoPen);
    painter.setBrush(hue);
    switch (condition) {
    case Condition::Ready:
        painter.drawEllipse(square.adjusted(0.5, 0.5, -0.5, -0.5));
        break;
    case Condition::OnItsWay:
        painter.setPen(QPen(hue, side * 0.22));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(square.adjusted(1, 1, -1, -1));
        break;
    case Condition::Attention:
    case Condition::Failed: {
        const qreal grow = side * 0.1;
        painter.setPen(QPen(hue, 1.2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolygon(QPolygonF{QPointF(square.center().x(), square.top() - grow * 0.2),
                                      QPointF(square.right() + grow * 0.2, square.bottom() - grow),
                                      QPointF(square.left() - grow * 0.2, square.bottom() - grow)});
        break;
    }
    case Condition::Stopped:
        painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), 1.2, 1.2);
        break;
    }
    painter.restore();
}

} // namespace slipway::views
