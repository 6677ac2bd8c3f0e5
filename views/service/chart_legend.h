// Which line is whose: a coloured dot and a name each, wrapped.
#pragma once

#include "views/theme/theme.h"

#include <QStringList>
#include <QWidget>

namespace slipway::views
{

class ChartLegend : public QWidget
{
    Q_OBJECT

public:
    explicit ChartLegend(const Theme &theme, QWidget *parent = nullptr);
    void setNames(const QStringList &names);
    QStringList names() const { return m_names; }
    int heightForWidth(int width) const override;
    bool hasHeightForWidth() const override { return true; }
    QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    // Places of the entries in rows; the lower end of the last row.
    int layOut(int width, QList<QRect> *places) const;

    const Theme &m_theme;
    QStringList m_names;
};

} // namespace slipway::views
