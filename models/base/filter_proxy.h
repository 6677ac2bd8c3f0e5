// Sorting by SortRole and filtering by words, over any model of this house.
#pragma once

#include <QSortFilterProxyModel>
#include <functional>

namespace slipway::models
{

class FilterProxy : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit FilterProxy(QObject *parent = nullptr);

    // Every word must occur in the row's SearchRole (case does not matter). Empty: all rows.
    void setFilterText(const QString &text);
    QString filterText() const;
    // An additional condition on a source row; nullptr: none.
    void setCondition(std::function<bool(int source_row)> condition);
    QString keyAt(int row) const;                  // KeyRole of a proxy row
    QModelIndex indexOf(const QString &key) const; // by KeyRole; invalid when filtered out

Q_SIGNALS:
    void filterChanged();

protected:
    bool filterAcceptsRow(int source_row, const QModelIndex &source_parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    QStringList m_words;
    std::function<bool(int)> m_condition;
};

} // namespace slipway::models
