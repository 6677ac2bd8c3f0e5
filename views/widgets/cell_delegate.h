// Paints the cells of a DataTable.
#pragma once

#include "views/widgets/data_table.h"

#include <QStyledItemDelegate>

namespace slipway::views
{

class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    CellDelegate(const Theme &theme, DataTable &table);

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

private:
    void paintGround(QPainter &painter, const QStyleOptionViewItem &option,
                     const QModelIndex &index) const;
    void paintText(QPainter &painter, const QRectF &box, const QModelIndex &index,
                   CellKind kind) const;
    void paintNumber(QPainter &painter, const QRectF &box, const QModelIndex &index,
                     CellKind kind) const;
    QString ageOf(const QModelIndex &index) const;

    const Theme &m_theme;
    DataTable &m_table;
};

} // namespace slipway::views
