// What is wrong with a package, one problem a line: shape, place, sentence, and what to do.
#pragma once

#include "views/widgets/label.h"

#include <QWidget>
#include <vector>

class QVBoxLayout;

namespace slipway::views
{

class ProblemList : public QWidget
{
    Q_OBJECT

public:
    ProblemList(const Theme &theme, const std::vector<v1::Problem> &problems,
                QWidget *parent = nullptr);
    void setProblems(const std::vector<v1::Problem> &problems);

private:
    const Theme &m_theme;
    QVBoxLayout *m_column;
};

// "ServiceDefinition.csdef:12:5: what is wrong. What to do"
QString problemWords(const v1::Problem &problem);
QString problemPlace(const v1::Problem &problem); // "file:line:column" as far as it is known
void copyText(const QString &text);               // into the clipboard

} // namespace slipway::views
