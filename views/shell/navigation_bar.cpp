#include "views/shell/navigation_bar.h"

#include "views/shell/navigation_entry.h"
#include "views/widgets/buttons.h"
#include "views/widgets/label.h"

#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

NavigationBar::NavigationBar(const Theme &theme, const PageFactory &pages, QWidget *parent)
    : QWidget(parent), m_theme(theme),
      m_fold(makeIconButton(theme, u"sidebar"_s, tr("Fold the navigation (Ctrl+B)")))
{
    setObjectName(u"navigation"_s);
    setAttribute(Qt::WA_StyledBackground);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 1, 8);
    column->setSpacing(4);
    column->addWidget(makeBrand());
    int number = 0;
    for (const auto &page : pages) {
        if (page.in_navigation && page.id != PageId::Settings) {
            addEntry(*column, page, ++number);
        }
    }
    column->addStretch(1);
    for (const auto &page : pages) {
        if (page.in_navigation && page.id == PageId::Settings) {
            addEntry(*column, page, ++number);
        }
    }
    m_fold->setObjectName(u"foldNavigation"_s);
    auto *bottom = new QHBoxLayout;
    bottom->setContentsMargins(14, 4, 12, 0);
    bottom->addWidget(m_fold);
    bottom->addStretch(1);
    column->addLayout(bottom);
    connect(m_fold, &QToolButton::clicked, this, [this] {
        setCollapsed(!m_collapsed);
        Q_EMIT collapsedChanged(m_collapsed);
    });
    setCollapsed(false);
}

QWidget *NavigationBar::makeBrand()
{
    auto *brand = new QWidget;
    brand->setFixedHeight(space::kTopBarHeight + 12);
    m_logo = new QLabel;
    m_name = new Label(m_theme, TextRole::CardTitle, u"Slipway"_s);
    const auto paint = [this] {
        m_logo->setPixmap(
            m_theme.pixmap(u"slipway"_s, m_theme.tokens().accent, 26, devicePixelRatioF()));
    };
    connect(&m_theme, &Theme::changed, m_logo, paint);
    paint();
    auto *row = new QHBoxLayout(brand);
    row->setContentsMargins(18, 0, 12, 8);
    row->setSpacing(10);
    row->addWidget(m_logo);
    row->addWidget(m_name);
    row->addStretch(1);
    return brand;
}

void NavigationBar::addEntry(QVBoxLayout &column, const PageEntry &page, int number)
{
    auto *entry = new NavigationEntry(m_theme, page.icon, page.title);
    entry->setObjectName(u"navigate"_s + page.title);
    entry->setShortcut(QKeySequence(u"Ctrl+"_s + QString::number(number)));
    column.addWidget(entry);
    m_entries[page.id] = entry;
    connect(entry, &QAbstractButton::clicked, this,
            [this, id = page.id] { Q_EMIT pageChosen(id); });
}

void NavigationBar::setCurrent(PageId page)
{
    const auto shown = page == PageId::Service ? PageId::Services : page;
    if (auto *entry = m_entries.value(shown)) {
        entry->setChecked(true);
        return;
    }
    for (auto *entry : std::as_const(m_entries)) {
        entry->setAutoExclusive(false); // the checked one of a group cannot be unchecked
        entry->setChecked(false);
        entry->setAutoExclusive(true);
    }
}

void NavigationBar::setCollapsed(bool collapsed)
{
    m_collapsed = collapsed;
    setFixedWidth(collapsed ? space::kNavigationCollapsed : space::kNavigationWidth);
    m_name->setVisible(!collapsed);
    for (auto *entry : std::as_const(m_entries)) {
        entry->setCollapsed(collapsed);
    }
}

} // namespace slipway::views
