// One setting: its name and what it means at the left, its control at the right, and what is wrong
// with it under both.
#pragma once

#include "views/widgets/label.h"

#include <QWidget>

namespace slipway::views
{

class SettingRow : public QWidget
{
    Q_OBJECT

public:
    // The control's accessible name becomes `name`.
    SettingRow(const Theme &theme, const QString &name, const QString &meaning, QWidget *control,
               QWidget *parent = nullptr);
    void setProblem(const QString &problem); // empty: none

private:
    QWidget *m_control;
    Label *m_problem;
};

} // namespace slipway::views
