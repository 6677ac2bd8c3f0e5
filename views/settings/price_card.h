// What an hour of each VM size costs, in the operator's own currency. Nothing is shown anywhere
// before it is filled in here.
#pragma once

#include "views/settings/settings_draft.h"
#include "views/widgets/card.h"

#include <QMap>
#include <optional>

class QGridLayout;
class QLineEdit;

namespace slipway::views
{

class SettingRow;

class PriceCard : public Card
{
    Q_OBJECT

public:
    PriceCard(PageContext &context, SettingsDraft &draft);

private:
    void makeCurrency();
    void updateSizes();
    void addSize(const v1::VmSize &size, int row);
    void reload();
    void editCurrency(const QString &text);
    void editPrice(const QString &size, const QString &text);

    PageContext &m_context;
    SettingsDraft &m_draft;
    QLineEdit *m_currency = nullptr;
    SettingRow *m_currency_row = nullptr;
    QWidget *m_table = nullptr;
    QGridLayout *m_grid = nullptr;
    Label *m_waiting = nullptr;
    Label *m_problem = nullptr;
    Label *m_unit = nullptr;
    QMap<QString, QLineEdit *> m_prices; // by size
};

// Millionths of the currency; nothing: not a price. Empty text is 0, "no price".
std::optional<std::int64_t> parsePrice(const QString &text);
QString priceText(std::int64_t micros); // "0.084"; empty for 0

} // namespace slipway::views
