// Problems with file, line and column, and what to do about each.
#pragma once

#include "views/theme/theme.h"

#include <QWidget>
#include <vector>

namespace slipway::views
{

class ProblemList : public QWidget
{
    Q_OBJECT

public:
    explicit ProblemList(const Theme &theme, QWidget *parent = nullptr);
    void setProblems(const std::vector<v1::Problem> &problems); // none: hidden

private:
    const Theme &m_theme;
    QWidget *m_rows = nullptr;
};

QString placeOf(const v1::Problem &problem); // "ServiceDefinition.csdef:12:5"

} // namespace slipway::views
