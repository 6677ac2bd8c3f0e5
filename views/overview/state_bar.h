// All instances as one bar, a part for each condition, with a legend of states and counts.
#pragma once

#include "models/base/condition.h"
#include "views/theme/theme.h"

#include <QList>
#include <QWidget>

namespace slipway::views
{

class StateBar : public QWidget
{
    Q_OBJECT

public:
    explicit StateBar(const Theme &theme, QWidget *parent = nullptr);
    void setTally(const models::Tally &tally);

    struct Part {
        models::Condition condition;
        QString words; // "Ready"
        std::uint32_t count = 0;
    };
    const QList<Part> &parts() const { return m_parts; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void paintBar(QPainter &painter) const;
    void paintLegend(QPainter &painter) const;

    const Theme &m_theme;
    QList<Part> m_parts; // one for each state that occurs, ready first
    std::uint32_t m_total = 0;
};

} // namespace slipway::views
