#include "views/widgets/problem_list.h"

#include "models/base/words.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

QWidget *makeProblem(const Theme &theme, const v1::Problem &problem)
{
    auto *row = new QWidget;
    auto *column = new QVBoxLayout(row);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(1);
    const bool error = problem.severity() == v1::ERROR;
    auto place = (error ? QObject::tr("Error") : QObject::tr("Warning"));
    const auto where = problemPlace(problem);
    place += where.isEmpty() ? QString() : u"  "_s + where;
    auto *head = new Label(theme, TextRole::Mono, place);
    head->setTone(error ? u"bad"_s : u"warning"_s);
    head->setTextInteractionFlags(Qt::TextSelectableByMouse);
    head->setElided(true);
    column->addWidget(head);
    auto *sentence = new Label(theme, TextRole::Body, text(problem.message()));
    sentence->setWordWrap(true);
    sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(sentence);
    if (!problem.hint().empty()) {
        auto *hint = Label::secondary(theme, TextRole::Body, text(problem.hint()));
        hint->setWordWrap(true);
        column->addWidget(hint);
    }
    return row;
}

} // namespace

ProblemList::ProblemList(const Theme &theme, const std::vector<v1::Problem> &problems,
                         QWidget *parent)
    : QWidget(parent), m_theme(theme), m_column(new QVBoxLayout(this))
{
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(10);
    setProblems(problems);
}

void ProblemList::setProblems(const std::vector<v1::Problem> &problems)
{
    qDeleteAll(findChildren<QWidget *>(QString(), Qt::FindDirectChildrenOnly));
    for (const auto &problem : problems) {
        m_column->addWidget(makeProblem(m_theme, problem));
    }
}

QString problemPlace(const v1::Problem &problem)
{
    auto place = text(problem.file());
    if (problem.line() > 0) {
        place += u':' + QString::number(problem.line());
    }
    if (problem.line() > 0 && problem.column() > 0) {
        place += u':' + QString::number(problem.column());
    }
    return place;
}

QString problemWords(const v1::Problem &problem)
{
    const auto place = problemPlace(problem);
    auto words = place.isEmpty() ? text(problem.message())
                                 : QString(place + u": "_s + text(problem.message()));
    if (!problem.hint().empty()) {
        words += u' ' + text(problem.hint());
    }
    return words;
}

void copyText(const QString &text)
{
    QGuiApplication::clipboard()->setText(text);
}

} // namespace slipway::views
