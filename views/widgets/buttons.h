// Buttons of the house: one primary action a view, quiet ones beside it, links in text.
#pragma once

#include "views/theme/theme.h"

#include <QPushButton>
#include <QToolButton>

namespace slipway::views
{

enum class ButtonKind { Primary, Normal, Danger, Link };

// `icon` empty: none. The icon follows the theme.
QPushButton *makeButton(const Theme &theme, ButtonKind kind, const QString &text,
                        const QString &icon = {}, QWidget *parent = nullptr);
// An icon alone; `tip` is its tooltip and its accessible name.
QToolButton *makeIconButton(const Theme &theme, const QString &icon, const QString &tip,
                            QWidget *parent = nullptr);
// A thin horizontal line between two parts.
QWidget *makeLine(QWidget *parent = nullptr);

} // namespace slipway::views
