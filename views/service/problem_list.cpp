#include "views/service/problem_list.h"

#include "models/base/words.h"
#include "views/service/check_list.h"
#include "views/widgets/label.h"

#include <QHBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

QString placeOf(const v1::Problem &problem)
{
    auto place = models::text(problem.file());
    if (problem.line() > 0) {
        place += u":%1:%2"_s.arg(problem.line()).arg(problem.column());
    }
    return place;
}

ProblemList::ProblemList(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    hide();
}

void ProblemList::setProblems(const std::vector<v1::Problem> &problems)
{
    delete m_rows;
    m_rows = new QWidget;
    auto *column = new QVBoxLayout(m_rows);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    for (const auto &problem : problems) {
        auto *words = new QVBoxLayout;
        words->setSpacing(1);
        auto *place = Label::secondary(m_theme, TextRole::Mono, placeOf(problem));
        place->setTextInteractionFlags(Qt::TextSelectableByMouse);
        place->setWordWrap(true);
        QString sentence = models::text(problem.message());
        if (!problem.hint().empty()) {
            sentence += u' ' + models::text(problem.hint());
        }
        auto *message = new Label(m_theme, TextRole::Body, sentence);
        message->setWordWrap(true);
        message->setTextInteractionFlags(Qt::TextSelectableByMouse);
        words->addWidget(place);
        words->addWidget(message);
        auto *row = new QHBoxLayout;
        row->setSpacing(8);
        row->addWidget(new ConditionMark(m_theme, models::conditionOf(problem.severity())), 0,
                       Qt::AlignTop);
        row->addLayout(words, 1);
        column->addLayout(row);
    }
    layout()->addWidget(m_rows);
    setVisible(!problems.empty());
}

} // namespace slipway::views
