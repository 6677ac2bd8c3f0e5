#include "views/service/check_list.h"

#include "models/base/words.h"
#include "views/widgets/label.h"

#include <QHBoxLayout>
#include <QPainter>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr QSize kMark(16, 20);
constexpr double kShape = 10;

} // namespace

ConditionMark::ConditionMark(const Theme &theme, models::Condition condition, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_condition(condition)
{
    setFixedSize(kMark);
}

void ConditionMark::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    m_theme.drawShape(painter, QRectF(1, (height() - kShape) / 2, kShape, kShape), m_condition);
}

CheckList::CheckList(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
}

void CheckList::setChecks(const std::vector<v1::Check> &checks)
{
    delete m_rows;
    m_rows = new QWidget;
    auto *column = new QVBoxLayout(m_rows);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    for (const auto &check : checks) {
        column->addWidget(makeRow(check));
    }
    layout()->addWidget(m_rows);
}

QWidget *CheckList::makeRow(const v1::Check &check) const
{
    const auto condition = models::conditionOf(check.result());
    const auto id = models::text(check.id());
    auto *row = new QWidget;
    row->setObjectName(u"check%1"_s.arg(id));
    auto *title = new Label(m_theme, TextRole::Strong, models::text(check.title()));
    auto *reason = Label::secondary(m_theme, TextRole::Body, models::text(check.reason()));
    reason->setWordWrap(true);
    if (check.result() != v1::Check::PASSED) {
        reason->setTone(check.result() == v1::Check::FAILED ? u"bad"_s : u"warning"_s);
    }
    auto *words = new QVBoxLayout;
    words->setSpacing(1);
    words->addWidget(title);
    words->addWidget(reason);
    auto *line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(8);
    line->addWidget(new ConditionMark(m_theme, condition), 0, Qt::AlignTop);
    line->addLayout(words, 1);
    auto *number = Label::secondary(m_theme, TextRole::Mono, id);
    number->setFixedHeight(kMark.height()); // its letters are smaller than the title's
    line->addWidget(number, 0, Qt::AlignTop);
    row->setAccessibleName(title->text() + u": "_s + reason->text());
    return row;
}

} // namespace slipway::views
