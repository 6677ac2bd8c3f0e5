// How the portal looks and closes, how the fabric behaves, what sizes cost, and what this is.
#pragma once

#include "views/settings/settings_draft.h"
#include "views/widgets/page.h"

class QBoxLayout;
class QScrollArea;

namespace slipway::views
{

class Card;
class SaveBar;

class SettingsPage : public Page
{
    Q_OBJECT

public:
    explicit SettingsPage(PageContext &context);

    QString title() const override { return tr("Settings"); }
    QList<QAction *> pageActions() const override { return m_actions; }
    void goTo(const Place &place) override; // part: a section, e.g. "prices"

private:
    QWidget *makeSaveRow();
    QWidget *makeIndex();
    QWidget *makeCards();
    void addSection(QBoxLayout &column, const QString &key, Card *card);
    void jumpTo(const QString &key);
    void makeActions();

    PageContext &m_context;
    SettingsDraft m_draft;
    QScrollArea *m_scroll = nullptr;
    SaveBar *m_save = nullptr;
    QHash<QString, Card *> m_sections;
    QList<QAction *> m_actions;
};

} // namespace slipway::views
