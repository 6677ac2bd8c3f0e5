#include "views/settings/settings_page.h"

#include "views/settings/about_card.h"
#include "views/settings/appearance_card.h"
#include "views/settings/closing_card.h"
#include "views/settings/fabric_card.h"
#include "views/settings/price_card.h"
#include "views/settings/save_bar.h"
#include "views/widgets/buttons.h"

#include <QAction>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kIndexWidth = 152;
constexpr int kCardsWidth = 760;

struct Section {
    QString key;
    QString title;
    QString icon;
};

QList<Section> sections()
{
    return {{u"appearance"_s, SettingsPage::tr("Appearance"), u"sun"_s},
            {u"closing"_s, SettingsPage::tr("Closing"), u"disconnect"_s},
            {u"fabric"_s, SettingsPage::tr("Fabric"), u"hosts"_s},
            {u"prices"_s, SettingsPage::tr("Price list"), u"chart"_s},
            {u"about"_s, SettingsPage::tr("About"), u"info"_s}};
}

} // namespace

SettingsPage::SettingsPage(PageContext &context) : m_context(context), m_draft(context)
{
    setObjectName(u"settingsPage"_s);
    m_save = new SaveBar(context.theme, m_draft);
    auto *row = new QHBoxLayout;
    row->setSpacing(24);
    row->addWidget(makeIndex());
    row->addWidget(makeCards(), 1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(space::kPageMargin, space::kPageMargin, 0, 0);
    column->setSpacing(12);
    column->addWidget(new Label(context.theme, TextRole::PageTitle, title()));
    column->addLayout(row, 1);
    column->addWidget(makeSaveRow());
    makeActions();
}

// Takes room only while there is something to save.
QWidget *SettingsPage::makeSaveRow()
{
    auto *whole = new QWidget;
    auto *row = new QHBoxLayout(whole);
    row->setContentsMargins(0, 0, space::kPageMargin, 12);
    row->addWidget(m_save);
    const auto fit = [this, whole] { whole->setVisible(!m_save->isHidden()); };
    connect(&m_draft, &SettingsDraft::changed, whole, fit); // after the bar itself
    fit();
    return whole;
}

QWidget *SettingsPage::makeIndex()
{
    auto *index = new QWidget;
    index->setFixedWidth(kIndexWidth);
    auto *column = new QVBoxLayout(index);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(4);
    for (const auto &section : sections()) {
        auto *link = makeButton(m_context.theme, ButtonKind::Link, section.title, section.icon);
        link->setObjectName(u"go-"_s + section.key);
        link->setProperty("flush", true); // under the page's title
        connect(link, &QPushButton::clicked, this, [this, key = section.key] { jumpTo(key); });
        column->addWidget(link, 0, Qt::AlignLeft);
    }
    column->addStretch(1);
    return index;
}

QWidget *SettingsPage::makeCards()
{
    auto *cards = new QWidget;
    cards->setMaximumWidth(kCardsWidth);
    auto *column = new QVBoxLayout(cards);
    column->setContentsMargins(0, 0, 0, space::kPageMargin);
    column->setSpacing(space::kCardGap);
    addSection(*column, u"appearance"_s, new AppearanceCard(m_context));
    addSection(*column, u"closing"_s, new ClosingCard(m_context));
    addSection(*column, u"fabric"_s, new FabricCard(m_context.theme, m_draft));
    addSection(*column, u"prices"_s, new PriceCard(m_context, m_draft));
    addSection(*column, u"about"_s, new AboutCard(m_context));
    column->addStretch(1);
    auto *scrolled = new QWidget;
    scrolled->setObjectName(u"scrolled"_s);
    auto *row = new QHBoxLayout(scrolled);
    row->setContentsMargins(0, 0, space::kPageMargin, 0);
    row->addWidget(cards, 100);
    row->addStretch(1);
    m_scroll = new QScrollArea;
    m_scroll->setObjectName(u"settingsScroll"_s);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(scrolled);
    return m_scroll;
}

void SettingsPage::addSection(QBoxLayout &column, const QString &key, Card *card)
{
    card->setObjectName(u"section-"_s + key);
    m_sections[key] = card;
    column.addWidget(card);
}

void SettingsPage::goTo(const Place &place)
{
    Page::goTo(place);
    if (!place.part.isEmpty()) {
        jumpTo(place.part);
    }
}

void SettingsPage::jumpTo(const QString &key)
{
    auto *card = m_sections.value(key);
    if (card == nullptr) {
        return;
    }
    m_scroll->verticalScrollBar()->setValue(card->mapTo(m_scroll->widget(), QPoint()).y());
    if (m_place.part != key) {
        m_place.part = key;
        Q_EMIT placeChanged(m_place);
    }
}

void SettingsPage::makeActions()
{
    for (const auto &section : sections()) {
        auto *action = new QAction(tr("Settings: %1").arg(section.title), this);
        connect(action, &QAction::triggered, this, [this, key = section.key] { jumpTo(key); });
        m_actions << action;
    }
}

} // namespace slipway::views
