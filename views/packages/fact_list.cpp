#include "views/packages/fact_list.h"

#include <QGridLayout>

namespace slipway::views
{

namespace
{

constexpr int kNameWidth = 108;

} // namespace

FactList::FactList(const Theme &theme, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnMinimumWidth(0, kNameWidth);
    m_grid->setColumnStretch(1, 1);
}

void FactList::add(const QString &name, const QString &value, TextRole role)
{
    if (value.isEmpty()) {
        return;
    }
    const int row = m_grid->rowCount();
    auto *label = Label::secondary(m_theme, TextRole::Body, name);
    auto *words = new Label(m_theme, role, value);
    words->setWordWrap(true);
    words->setMinimumWidth(40);
    words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_grid->addWidget(label, row, 0, Qt::AlignTop);
    m_grid->addWidget(words, row, 1);
}

} // namespace slipway::views
