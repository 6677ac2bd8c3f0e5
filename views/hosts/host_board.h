// The hosts as cards, a column for each fault domain: what fails together stands together.
#pragma once

#include "views/hosts/host_card.h"
#include "views/widgets/page_context.h"

#include <QScrollArea>
#include <QTimer>
#include <map>

class QHBoxLayout;
class QVBoxLayout;

namespace slipway::views
{

class HostBoard : public QScrollArea
{
    Q_OBJECT

public:
    HostBoard(PageContext &context, const models::HostModel &model, QWidget *parent = nullptr);

    // Only hosts whose id, state or isolation has all the words; empty: all.
    void setFilterText(const QString &text);
    void choose(const std::string &host); // marks it and brings it into view; empty: none

Q_SIGNALS:
    void hostChosen(const std::string &host);

protected:
    void showEvent(QShowEvent *event) override;

private:
    struct Column {
        QWidget *widget = nullptr;
        QVBoxLayout *cards = nullptr;
        Label *title = nullptr;
        Label *summary = nullptr;
    };

    void refresh();
    bool fits(const models::HostRow &row) const;
    Column &columnOf(std::uint32_t fault_domain);
    HostCard *cardOf(const std::string &host);
    void place(HostCard *card, const models::HostRow &row);
    void dropGoneCards();
    void summarise();
    void refreshAges();

    PageContext &m_context;
    const models::HostModel &m_model;
    QHBoxLayout *m_row;
    std::map<std::uint32_t, Column> m_columns;
    std::map<std::string, HostCard *> m_cards;     // owned by their columns
    std::map<std::string, std::uint32_t> m_placed; // which column holds a card
    QStringList m_words;
    std::string m_chosen;
    QTimer m_soon; // joins a batch's signals into one refresh
    Label *m_nothing = nullptr;
};

} // namespace slipway::views
