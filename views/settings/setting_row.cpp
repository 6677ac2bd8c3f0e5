#include "views/settings/setting_row.h"

#include <QHBoxLayout>
#include <QStyle>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

SettingRow::SettingRow(const Theme &theme, const QString &name, const QString &meaning,
                       QWidget *control, QWidget *parent)
    : QWidget(parent), m_control(control), m_problem(new Label(theme, TextRole::Body))
{
    if (control->accessibleName().isEmpty()) {
        control->setAccessibleName(name);
    }
    control->setAccessibleDescription(meaning);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    auto *title = new Label(theme, TextRole::Strong, name);
    title->setBuddy(control);
    words->addWidget(title);
    auto *explanation = Label::secondary(theme, TextRole::Body, meaning);
    explanation->setWordWrap(true);
    explanation->setVisible(!meaning.isEmpty());
    words->addWidget(explanation);
    m_problem->setTone(u"bad"_s);
    m_problem->setWordWrap(true);
    m_problem->setObjectName(control->objectName() + u"Problem"_s);
    m_problem->hide();
    words->addWidget(m_problem);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 6, 0, 6);
    row->setSpacing(24);
    row->addLayout(words, 1);
    row->addWidget(control, 0, Qt::AlignVCenter);
}

void SettingRow::setProblem(const QString &problem)
{
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_control->setProperty("invalid", !problem.isEmpty());
    m_control->style()->unpolish(m_control);
    m_control->style()->polish(m_control);
}

} // namespace slipway::views
