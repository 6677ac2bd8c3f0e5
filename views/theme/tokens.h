// Colours, spacing and type of the portal: the only place where they are written down.
#pragma once

#include <QColor>

namespace slipway::views
{

struct Tokens {
    QColor background;
    QColor navigation;
    QColor surface;
    QColor raised; // fields and quiet buttons on a surface
    QColor line;
    QColor text;
    QColor secondary;
    QColor accent;
    QColor on_accent; // text on accent
    QColor ok;
    QColor warning;
    QColor bad;
    QColor between; // in-between states
    QColor ok_tint; // behind state pills
    QColor warning_tint;
    QColor bad_tint;
    QColor between_tint;
    QColor neutral_tint;
    QColor selection; // rows and the current navigation entry
    QColor hover;
    QColor shadow;
};

const Tokens &lightTokens();
const Tokens &darkTokens();

namespace space
{
inline constexpr int kGrid = 4;
inline constexpr int kPageMargin = 24;
inline constexpr int kCardGap = 16;
inline constexpr int kCardPadding = 20;
inline constexpr int kCardRadius = 12;
inline constexpr int kControlRadius = 8;
inline constexpr int kControlHeight = 34;
inline constexpr int kRowHeight = 36;
inline constexpr int kRowHeightCompact = 28;
inline constexpr int kNavigationWidth = 208;
inline constexpr int kNavigationCollapsed = 60;
inline constexpr int kTopBarHeight = 56;
inline constexpr int kBottomBarHeight = 32;
} // namespace space

// Roles of text. Sizes are in pixels at 1.0 scale, as the layout's are.
enum class TextRole {
    PageTitle, // 24/700
    CardTitle, // 17/600
    Headline,  // 15/600, numbers under labels
    Body,      // 13/400
    Strong,    // 13/600
    Label,     // 11.5/500
    Overline,  // 11/700, spaced: PRODUCTION
    Mono,      // digests, times, logs
};

} // namespace slipway::views
