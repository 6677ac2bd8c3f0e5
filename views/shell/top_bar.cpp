#include "views/shell/top_bar.h"

#include "views/widgets/buttons.h"
#include "views/widgets/search_field.h"

#include <QHBoxLayout>
#include <QMouseEvent>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kFieldWidth = 320;
constexpr int kFieldWidthMin = 200;

// Looks like a field and opens the palette.
class PaletteOpener : public SearchField
{
public:
    PaletteOpener(const Theme &theme, const QString &text, std::function<void()> open)
        : SearchField(theme, text), m_open(std::move(open))
    {
        setReadOnly(true);
        setFocusPolicy(Qt::NoFocus);
        setCursor(Qt::PointingHandCursor);
    }

protected:
    void mousePressEvent(QMouseEvent *) override { m_open(); }

private:
    std::function<void()> m_open;
};

} // namespace

TopBar::TopBar(const Theme &theme, const models::Session &session, QWidget *parent)
    : QWidget(parent), m_theme(theme),
      m_back(makeIconButton(theme, u"back"_s, tr("Back (Alt+Left)"))), m_crumbs(new QWidget),
      m_crumb_row(new QHBoxLayout(m_crumbs)), m_chip(new ConnectionChip(theme, session))
{
    setObjectName(u"topBar"_s);
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(space::kTopBarHeight);
    m_crumb_row->setContentsMargins(0, 0, 0, 0);
    m_crumb_row->setSpacing(2);
    m_back->setObjectName(u"back"_s);
    auto *help = makeIconButton(theme, u"help"_s, tr("Keyboard shortcuts (F1)"));
    help->setObjectName(u"help"_s);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(14, 0, space::kPageMargin - 8, 0);
    row->setSpacing(8);
    row->addWidget(m_back);
    row->addWidget(m_crumbs, 1);
    m_palette_field = makePaletteField();
    row->addWidget(m_palette_field, 2);
    auto *right = new QHBoxLayout;
    right->setSpacing(8);
    right->addStretch(1);
    right->addWidget(m_chip);
    right->addWidget(help);
    row->addLayout(right, 1);
    connect(m_back, &QToolButton::clicked, this, &TopBar::backRequested);
    connect(help, &QToolButton::clicked, this, &TopBar::helpRequested);
}

QWidget *TopBar::makePaletteField()
{
    auto *field = new PaletteOpener(m_theme, tr("Search or run a command"),
                                    [this] { Q_EMIT paletteRequested(); });
    field->setObjectName(u"paletteField"_s);
    field->setHint(u"Ctrl K"_s);
    field->setMinimumWidth(kFieldWidthMin);
    field->setMaximumWidth(kFieldWidth);
    return field;
}

void TopBar::setBackEnabled(bool enabled)
{
    m_back->setEnabled(enabled);
}

void TopBar::setBreadcrumb(const QList<Crumb> &crumbs)
{
    while (auto *item = m_crumb_row->takeAt(0)) {
        if (item->widget() != nullptr) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    for (qsizetype i = 0; i < crumbs.size(); ++i) {
        if (i + 1 < crumbs.size()) {
            auto *link = makeButton(m_theme, ButtonKind::Link, crumbs[i].text);
            link->setObjectName(u"crumb"_s);
            link->setProperty("flush", true); // begins where a lone title does
            connect(link, &QPushButton::clicked, this,
                    [this, place = crumbs[i].place] { Q_EMIT crumbChosen(place); });
            m_crumb_row->addWidget(link);
            m_crumb_row->addWidget(Label::secondary(m_theme, TextRole::Body, u" / "_s));
        } else {
            auto *here = new Label(m_theme, TextRole::Strong, crumbs[i].text);
            here->setElided(true);
            m_crumb_row->addWidget(here, 1);
        }
    }
}

} // namespace slipway::views
