#include "views/settings/price_card.h"

#include "models/base/words.h"
#include "views/settings/setting_row.h"
#include "views/widgets/buttons.h"

#include <QGridLayout>
#include <QLineEdit>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QStyle>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

constexpr int kFieldWidth = 136;
constexpr int kCurrencyLength = 8;
constexpr int kDecimals = 6;

std::int64_t priceOf(const v1::Settings &settings, const std::string &size)
{
    for (const auto &price : settings.prices()) {
        if (price.size() == size) {
            return price.micros_per_hour();
        }
    }
    return 0;
}

void setPrice(v1::Settings &settings, const std::string &size, std::int64_t micros)
{
    auto &prices = *settings.mutable_prices();
    for (int i = 0; i < prices.size(); ++i) {
        if (prices[i].size() == size && micros == 0) {
            prices.DeleteSubrange(i, 1);
            return;
        }
        if (prices[i].size() == size) {
            prices[i].set_micros_per_hour(micros);
            return;
        }
    }
    if (micros != 0) {
        auto &added = *prices.Add();
        added.set_size(size);
        added.set_micros_per_hour(micros);
    }
}

void markInvalid(QWidget &field, bool invalid)
{
    if (field.property("invalid").toBool() != invalid) {
        field.setProperty("invalid", invalid);
        field.style()->unpolish(&field);
        field.style()->polish(&field);
    }
}

} // namespace

std::optional<std::int64_t> parsePrice(const QString &text)
{
    const auto words = text.trimmed();
    if (words.isEmpty()) {
        return 0;
    }
    static const QRegularExpression kPrice(u"^(\\d{1,7})(?:[.,](\\d{1,6}))?$"_s);
    const auto match = kPrice.match(words);
    if (!match.hasMatch()) {
        return std::nullopt;
    }
    const auto decimals = match.captured(2).leftJustified(kDecimals, u'0');
    return match.captured(1).toLongLong() * 1'000'000 + decimals.toLongLong();
}

QString priceText(std::int64_t micros)
{
    if (micros == 0) {
        return {};
    }
    auto decimals = QString::number(micros % 1'000'000).rightJustified(kDecimals, u'0');
    while (decimals.size() > 2 && decimals.endsWith(u'0')) {
        decimals.chop(1);
    }
    return QString::number(micros / 1'000'000) + u'.' + decimals;
}

PriceCard::PriceCard(PageContext &context, SettingsDraft &draft)
    : Card(context.theme, tr("Price list")), m_context(context), m_draft(draft)
{
    makeCurrency();
    m_waiting = Label::secondary(context.theme, TextRole::Body,
                                 tr("The VM sizes appear as soon as the fabric answers"));
    body()->addWidget(makeLine());
    body()->addWidget(m_waiting);
    m_table = new QWidget;
    m_grid = new QGridLayout(m_table);
    m_grid->setContentsMargins(0, 4, 0, 0);
    m_grid->setHorizontalSpacing(16);
    m_grid->setVerticalSpacing(6);
    m_grid->setColumnStretch(1, 1);
    body()->addWidget(m_table);
    m_problem = new Label(context.theme, TextRole::Body);
    m_problem->setObjectName(u"priceProblem"_s);
    m_problem->setTone(u"bad"_s);
    m_problem->hide();
    body()->addWidget(m_problem);
    connect(&context.session, &models::Session::statusChanged, this, &PriceCard::updateSizes);
    connect(&draft, &SettingsDraft::reloaded, this, &PriceCard::reload);
    updateSizes();
}

void PriceCard::makeCurrency()
{
    m_currency = new QLineEdit;
    m_currency->setObjectName(u"currency"_s);
    m_currency->setFixedWidth(kFieldWidth);
    m_currency->setPlaceholderText(tr("e.g. EUR"));
    m_currency->setMaxLength(kCurrencyLength + 4);
    m_currency_row = new SettingRow(
        m_context.theme, tr("Currency"),
        tr("Written beside every price. Leave it empty and no prices are shown."), m_currency);
    body()->addWidget(m_currency_row);
    connect(m_currency, &QLineEdit::textChanged, this, &PriceCard::editCurrency);
}

void PriceCard::updateSizes()
{
    const auto &sizes = m_context.session.status().sizes();
    m_waiting->setVisible(sizes.empty());
    if (sizes.empty() || m_prices.size() == sizes.size()) {
        return;
    }
    m_unit = Label::secondary(m_context.theme, TextRole::Label);
    m_grid->addWidget(Label::secondary(m_context.theme, TextRole::Label, tr("VM size")), 0, 0);
    m_grid->addWidget(Label::secondary(m_context.theme, TextRole::Label, tr("Cores, memory")), 0,
                      1);
    m_grid->addWidget(m_unit, 0, 2);
    for (int i = 0; i < sizes.size(); ++i) {
        if (!m_prices.contains(text(sizes[i].name()))) {
            addSize(sizes[i], i + 1);
        }
    }
    reload();
}

void PriceCard::addSize(const v1::VmSize &size, int row)
{
    const auto name = text(size.name());
    auto *field = new QLineEdit;
    field->setObjectName(u"price-"_s + name);
    field->setAccessibleName(tr("Price of %1 per hour").arg(name));
    field->setFixedWidth(kFieldWidth);
    field->setAlignment(Qt::AlignRight);
    field->setPlaceholderText(tr("no price"));
    m_grid->addWidget(new Label(m_context.theme, TextRole::Strong, name), row, 0);
    m_grid->addWidget(
        Label::secondary(m_context.theme, TextRole::Body,
                         tr("%1, %2").arg(models::plural(size.cores(), "core", "cores"),
                                          models::bytesWords(size.memory_bytes()))),
        row, 1);
    m_grid->addWidget(field, row, 2);
    connect(field, &QLineEdit::textChanged, this,
            [this, name](const QString &words) { editPrice(name, words); });
    m_prices[name] = field;
}

void PriceCard::reload()
{
    const QSignalBlocker blocker(m_currency);
    m_currency->setText(text(m_draft.value().currency()));
    m_currency->setEnabled(m_draft.isKnown());
    m_currency_row->setProblem({});
    for (auto it = m_prices.cbegin(); it != m_prices.cend(); ++it) {
        const QSignalBlocker quiet(it.value());
        it.value()->setText(priceText(priceOf(m_draft.value(), models::utf8(it.key()))));
        it.value()->setEnabled(m_draft.isKnown());
        markInvalid(*it.value(), false);
    }
    m_problem->hide();
    editCurrency(m_currency->text());
}

void PriceCard::editCurrency(const QString &words)
{
    static const QRegularExpression kCurrency(u"^[^\\d\\s.,]{0,8}$"_s);
    const auto currency = words.trimmed();
    const bool fine = kCurrency.match(currency).hasMatch();
    const auto problem = fine ? QString() : tr("A name or sign of up to 8 letters, without digits");
    m_currency_row->setProblem(problem);
    m_draft.setProblem(u"currency"_s, problem);
    if (fine && currency != text(m_draft.value().currency())) {
        m_draft.edit([&](v1::Settings &s) { s.set_currency(models::utf8(currency)); });
    }
    if (m_unit != nullptr) {
        m_unit->setText(currency.isEmpty() ? tr("Price per hour")
                                           : tr("%1 per hour").arg(currency));
    }
}

void PriceCard::editPrice(const QString &size, const QString &words)
{
    const auto micros = parsePrice(words);
    const auto problem = micros ? QString()
                                : tr("The price of %1 is not a number: write it like 0.084, with "
                                     "up to 6 decimals")
                                      .arg(size);
    markInvalid(*m_prices[size], !micros);
    m_draft.setProblem(u"price-"_s + size, problem);
    if (micros) {
        m_draft.edit([&](v1::Settings &s) { setPrice(s, models::utf8(size), *micros); });
    }
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

} // namespace slipway::views
