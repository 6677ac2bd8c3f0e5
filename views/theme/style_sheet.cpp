#include "views/theme/theme.h"

#include <QHash>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

// @name stands for a token; the rules are grouped by widget.
constexpr auto kGeneral = R"(
* { outline: none; }
QWidget { color: @text; }
QToolTip { background: @surface; color: @text; border: 1px solid @line; border-radius: 6px;
    padding: 5px 8px; }
QScrollArea, QScrollArea > QWidget > QWidget#scrolled { background: transparent; border: none; }
QFrame[card="true"] { background: @surface; border: 1px solid @line; border-radius: 12px; }
QFrame[line="true"] { background: @line; border: none; max-height: 1px; min-height: 1px; }
QWidget#navigation { background: @navigation; border-right: 1px solid @line; }
QWidget#topBar { background: @background; border-bottom: 1px solid @line; }
QWidget#bottomBar { background: @background; border-top: 1px solid @line; }
QWidget#pageArea, QMainWindow { background: @background; }
QDialog { background: @surface; }
QMenu { background: @surface; border: 1px solid @line; border-radius: 8px; padding: 5px; }
QMenu::item { padding: 7px 26px 7px 12px; border-radius: 6px; }
QMenu::item:selected { background: @selection; color: @text; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }
)";

constexpr auto kLabels = R"(
QLabel { background: transparent; }
QLabel[secondary="true"] { color: @secondary; }
QLabel[tone="bad"] { color: @bad; }
QLabel[tone="warning"] { color: @warning; }
QLabel[tone="ok"] { color: @ok; }
QLabel[tone="accent"] { color: @accent; }
QLabel[tone="between"] { color: @between; }
)";

constexpr auto kButtons = R"(
QPushButton, QToolButton[kind="quiet"] { background: @raised; border: 1px solid @line;
    border-radius: 8px; padding: 0 14px; min-height: @controlpx; max-height: @controlpx;
    font-weight: 600; }
QPushButton:hover { background: @hover; border-color: @lineStrong; }
QPushButton:pressed { background: @selection; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @faint; background: @background; }
QPushButton::menu-indicator { image: none; width: 0; }
QPushButton[kind="primary"] { background: @accent; color: @onAccent; border: 1px solid @accent; }
QPushButton[kind="primary"]:hover { background: @accentHover; border-color: @accentHover; }
QPushButton[kind="primary"]:focus { border-color: @text; }
QPushButton[kind="primary"]:disabled { background: @neutralTint; color: @faint;
    border-color: @neutralTint; }
QPushButton[kind="danger"] { background: @bad; color: @onAccent; border: 1px solid @bad; }
QPushButton[kind="danger"]:hover { background: @badHover; }
QPushButton[kind="danger"]:focus { border-color: @text; }
QPushButton[kind="danger"]:disabled { background: @neutralTint; color: @faint;
    border-color: @neutralTint; }
QPushButton[kind="link"] { background: transparent; border: 1px solid transparent; color: @accent;
    padding: 0 6px; min-height: 24px; max-height: 24px; }
QPushButton[flush="true"] { padding: 0; text-align: left; }
QPushButton[kind="link"]:hover { background: @selection; }
QPushButton[kind="link"]:focus { border-color: @accent; }
QPushButton[kind="link"]:disabled { color: @faint; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 8px;
    padding: 5px; }
QToolButton:hover { background: @hover; }
QToolButton:pressed, QToolButton:checked { background: @selection; }
QToolButton:focus { border-color: @accent; }
QToolButton::menu-indicator { image: none; }
)";

constexpr auto kFields = R"(
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox { background: @raised;
    border: 1px solid @line; border-radius: 8px; padding: 0 10px; selection-background-color: @accent;
    selection-color: @onAccent; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: @controlpx; max-height: @controlpx; }
QPlainTextEdit, QTextEdit { padding: 8px; }
QLineEdit:hover, QSpinBox:hover, QComboBox:hover, QDoubleSpinBox:hover { border-color: @lineStrong; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QComboBox:focus { border-color: @accent; }
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: @faint; background: @background; }
QLineEdit[invalid="true"] { border-color: @bad; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-position: top right; width: 22px;
    border: none; border-left: 1px solid @line; margin: 1px; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-position: bottom right; width: 22px;
    border: none; border-left: 1px solid @line; margin: 1px; }
QSpinBox::up-button:hover, QSpinBox::down-button:hover { background: @hover; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(:/icons/@mode-up.svg); width: 9px; height: 9px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow, QComboBox::down-arrow {
    image: url(:/icons/@mode-down.svg); width: 9px; height: 9px; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @line; border-radius: 8px;
    padding: 4px; selection-background-color: @selection; selection-color: @text; }
QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px;
    border: 1px solid @lineStrong; background: @raised; border-radius: 5px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox:focus::indicator,
QRadioButton:focus::indicator { border-color: @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent;
    image: url(:/icons/@mode-check.svg); }
QRadioButton::indicator:checked { background: @accent; border-color: @accent;
    image: url(:/icons/@mode-dot.svg); }
QCheckBox:disabled, QRadioButton:disabled { color: @faint; }
QSlider::groove:horizontal { height: 4px; background: @line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 16px; height: 16px; margin: -7px 0; border-radius: 9px;
    background: @surface; border: 1px solid @lineStrong; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { border-color: @accent; }
)";

constexpr auto kViews = R"(
QTableView, QListView, QTreeView { background: @surface; border: none; alternate-background-color: @surface;
    selection-background-color: @selection; selection-color: @text; }
QTableView[bare="true"], QListView[bare="true"] { background: transparent; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: @surface; color: @secondary; border: none;
    border-bottom: 1px solid @line; padding: 0 1px 0 10px; font-size: 12px; font-weight: 600; }
QHeaderView::section:hover { color: @text; }
QHeaderView::down-arrow { image: url(:/icons/@mode-down.svg); width: 9px; height: 9px;
    subcontrol-position: center right; right: 0px; }
QHeaderView::up-arrow { image: url(:/icons/@mode-up.svg); width: 9px; height: 9px;
    subcontrol-position: center right; right: 0px; }
QTableCornerButton::section { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QTabBar { background: transparent; border: none; }
QTabBar::tab { background: transparent; color: @secondary; border: none;
    border-bottom: 2px solid transparent; padding: 8px 2px 9px 2px; margin-right: 26px;
    font-weight: 500; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; font-weight: 600; border-bottom-color: @accent; }
QTabBar::tab:focus { color: @accent; }
QTabWidget::pane { border: none; border-top: 1px solid @line; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle { background: @scroll; border-radius: 3px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: @secondary; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QProgressBar { background: @neutralTint; border: none; border-radius: 3px; max-height: 6px;
    min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
)";

QString hex(const QColor &color)
{
    return color.name(QColor::HexRgb);
}

QList<std::pair<QString, QString>> variables(const Tokens &t, bool compact)
{
    const bool dark = t.surface.lightness() < 128;
    // Longer names first: @accentHover must not be read as @accent + "Hover".
    return {
        {u"@accentHover"_s, hex(mixed(t.accent, t.text, dark ? 0.2 : 0.15))},
        {u"@badHover"_s, hex(mixed(t.bad, t.text, 0.15))},
        {u"@background"_s, hex(t.background)},
        {u"@navigation"_s, hex(t.navigation)},
        {u"@neutralTint"_s, hex(t.neutral_tint)},
        {u"@selection"_s, hex(t.selection)},
        {u"@secondary"_s, hex(t.secondary)},
        {u"@lineStrong"_s, hex(mixed(t.line, t.secondary, 0.45))},
        {u"@onAccent"_s, hex(t.on_accent)},
        {u"@surface"_s, hex(t.surface)},
        {u"@warning"_s, hex(t.warning)},
        {u"@between"_s, hex(t.between)},
        {u"@control"_s, QString::number(compact ? 26 : space::kControlHeight - 2)},
        {u"@raised"_s, hex(t.raised)},
        {u"@accent"_s, hex(t.accent)},
        {u"@scroll"_s, hex(mixed(t.line, t.secondary, 0.25))},
        {u"@hover"_s, hex(t.hover)},
        {u"@faint"_s, hex(faintOf(t))},
        {u"@line"_s, hex(t.line)},
        {u"@text"_s, hex(t.text)},
        {u"@mode"_s, dark ? u"dark"_s : u"light"_s},
        {u"@bad"_s, hex(t.bad)},
        {u"@ok"_s, hex(t.ok)},
    };
}

} // namespace

QColor mixed(const QColor &a, const QColor &b, qreal share)
{
    return QColor::fromRgbF(float(a.redF() + (b.redF() - a.redF()) * share),
                            float(a.greenF() + (b.greenF() - a.greenF()) * share),
                            float(a.blueF() + (b.blueF() - a.blueF()) * share));
}

QColor faintOf(const Tokens &tokens)
{
    return mixed(tokens.secondary, tokens.surface, 0.45);
}

QString styleSheet(const Tokens &tokens, bool compact)
{
    QString sheet;
    for (const auto *part : {kGeneral, kLabels, kButtons, kFields, kViews}) {
        sheet += QString::fromLatin1(part);
    }
    for (const auto &[name, value] : variables(tokens, compact)) {
        sheet.replace(name, value);
    }
    return sheet;
}

} // namespace slipway::views
