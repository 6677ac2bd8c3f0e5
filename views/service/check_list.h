// Checks as lines: shape, what was looked at, and the reason.
#pragma once

#include "views/theme/theme.h"

#include <QWidget>
#include <vector>

namespace slipway::views
{

class CheckList : public QWidget
{
    Q_OBJECT

public:
    explicit CheckList(const Theme &theme, QWidget *parent = nullptr);
    void setChecks(const std::vector<v1::Check> &checks);

private:
    QWidget *makeRow(const v1::Check &check) const;

    const Theme &m_theme;
    QWidget *m_rows = nullptr;
};

// A shape of a condition, as wide as text is high.
class ConditionMark : public QWidget
{
public:
    ConditionMark(const Theme &theme, models::Condition condition, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    models::Condition m_condition;
};

} // namespace slipway::views
