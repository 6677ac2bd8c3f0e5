// A surface with a title row and a body. `edge` draws a coloured bar at its left side.
#pragma once

#include "views/widgets/label.h"

#include <QColor>
#include <QFrame>

class QHBoxLayout;
class QVBoxLayout;

namespace slipway::views
{

class Card : public QFrame
{
    Q_OBJECT

public:
    // Without a title there is no title row.
    explicit Card(const Theme &theme, const QString &title = {}, QWidget *parent = nullptr);

    QVBoxLayout *body() const { return m_body; }
    QHBoxLayout *titleRow() const { return m_title_row; } // add what stands at its right end
    void setTitle(const QString &title);
    // A condition's colour at the left edge; an invalid colour removes it.
    void setEdge(const QColor &color);
    // Contents up to the border, for tables.
    void setBodyMargins(int margin_px);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Label *m_title;
    QHBoxLayout *m_title_row;
    QVBoxLayout *m_body;
    QColor m_edge;
};

} // namespace slipway::views
