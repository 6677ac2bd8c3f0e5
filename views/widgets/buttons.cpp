#include "views/widgets/buttons.h"

#include <QFrame>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

QString kindWord(ButtonKind kind)
{
    switch (kind) {
    case ButtonKind::Primary:
        return u"primary"_s;
    case ButtonKind::Danger:
        return u"danger"_s;
    case ButtonKind::Link:
        return u"link"_s;
    case ButtonKind::Normal:
        return u"normal"_s;
    }
    return {};
}

QColor iconColor(const Tokens &tokens, ButtonKind kind)
{
    switch (kind) {
    case ButtonKind::Primary:
    case ButtonKind::Danger:
        return tokens.on_accent;
    case ButtonKind::Link:
        return tokens.accent;
    case ButtonKind::Normal:
        return tokens.secondary;
    }
    return tokens.secondary;
}

} // namespace

QPushButton *makeButton(const Theme &theme, ButtonKind kind, const QString &text,
                        const QString &icon, QWidget *parent)
{
    auto *button = new QPushButton(text, parent);
    button->setProperty("kind", kindWord(kind));
    button->setCursor(Qt::PointingHandCursor);
    button->setAutoDefault(false);
    if (!icon.isEmpty()) {
        const auto paint = [button, &theme, icon, kind] {
            button->setIcon(theme.icon(icon, iconColor(theme.tokens(), kind)));
        };
        button->setIconSize({16, 16});
        QObject::connect(&theme, &Theme::changed, button, paint);
        paint();
    }
    return button;
}

QToolButton *makeIconButton(const Theme &theme, const QString &icon, const QString &tip,
                            QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setIconSize({18, 18});
    button->setCursor(Qt::PointingHandCursor);
    const auto paint = [button, &theme, icon] { button->setIcon(theme.icon(icon)); };
    QObject::connect(&theme, &Theme::changed, button, paint);
    paint();
    return button;
}

QWidget *makeLine(QWidget *parent)
{
    auto *line = new QFrame(parent);
    line->setProperty("line", true);
    line->setFixedHeight(1);
    return line;
}

} // namespace slipway::views
