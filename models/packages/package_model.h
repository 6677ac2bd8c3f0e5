// Uploaded packages and how many deployments use each.
#pragma once

#include "models/base/fabric_store.h"
#include "models/base/keyed_table_model.h"

namespace slipway::models
{

struct PackageRow {
    Ref<v1::Package> package;
    std::uint32_t used = 0; // deployments
    QString users;          // "guestbook (Production), tides (Staging)"
};

class PackageModel : public KeyedTableModel<std::string, PackageRow>
{
    Q_OBJECT

public:
    enum class Column { Name, Digest, Roles, Size, Format, Used, Uploaded, Actor };
    static constexpr int kColumnCount = 8;
    static constexpr Column kInitialSort = Column::Uploaded;
    static constexpr Qt::SortOrder kInitialOrder = Qt::DescendingOrder;

    explicit PackageModel(const FabricStore &store, QObject *parent = nullptr);

protected:
    int columns() const override { return kColumnCount; }
    QVariant cell(const PackageRow &row, int column, int role) const override;
    QVariant headerCell(int column, int role) const override;
    bool differs(const PackageRow &before, const PackageRow &after) const override;

private:
    QVariant tipOf(const PackageRow &row, Column column) const;
    QVariant textOf(const PackageRow &row, Column column) const;
    QVariant sortValue(const PackageRow &row, Column column) const;
    void reload();

    const FabricStore &m_store;
};

} // namespace slipway::models
