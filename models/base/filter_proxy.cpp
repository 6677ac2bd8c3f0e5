#include "models/base/filter_proxy.h"

#include "models/base/roles.h"

#include <QCollator>
#include <algorithm>

namespace slipway::models
{

namespace
{

// "WebRole_IN_2" before "WebRole_IN_10".
int compareNaturally(const QString &left, const QString &right)
{
    static const QCollator kCollator = [] {
        // The C locale's collation knows no numbers.
        const bool plain = QLocale().language() == QLocale::C;
        QCollator collator(plain ? QLocale(QLocale::English) : QLocale());
        collator.setNumericMode(true);
        collator.setCaseSensitivity(Qt::CaseInsensitive);
        return collator;
    }();
    return kCollator.compare(left, right);
}

} // namespace

FilterProxy::FilterProxy(QObject *parent) : QSortFilterProxyModel(parent)
{
    setSortRole(SortRole);
    setDynamicSortFilter(true);
}

void FilterProxy::setFilterText(const QString &text)
{
    const auto words = text.split(u' ', Qt::SkipEmptyParts);
    if (words != m_words) {
        m_words = words;
        invalidateFilter();
        Q_EMIT filterChanged();
    }
}

QString FilterProxy::filterText() const
{
    return m_words.join(u' ');
}

void FilterProxy::setCondition(std::function<bool(int)> condition)
{
    m_condition = std::move(condition);
    invalidateFilter();
    Q_EMIT filterChanged();
}

QString FilterProxy::keyAt(int row) const
{
    return index(row, 0).data(KeyRole).toString();
}

QModelIndex FilterProxy::indexOf(const QString &key) const
{
    for (int row = 0; row < rowCount(); ++row) {
        if (keyAt(row) == key) {
            return index(row, 0);
        }
    }
    return {};
}

bool FilterProxy::filterAcceptsRow(int source_row, const QModelIndex &source_parent) const
{
    if (m_condition && !m_condition(source_row)) {
        return false;
    }
    if (m_words.isEmpty()) {
        return true;
    }
    const auto text =
        sourceModel()->index(source_row, 0, source_parent).data(SearchRole).toString();
    return std::all_of(m_words.begin(), m_words.end(), [&text](const QString &word) {
        return text.contains(word, Qt::CaseInsensitive);
    });
}

bool FilterProxy::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const auto a = left.data(SortRole);
    const auto b = right.data(SortRole);
    if (a.typeId() == QMetaType::QString) {
        return compareNaturally(a.toString(), b.toString()) < 0;
    }
    return QVariant::compare(a, b) == QPartialOrdering::Less;
}

} // namespace slipway::models
