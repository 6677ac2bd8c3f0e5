// The fabric's hosts with what of their nominal capacity is used.
#pragma once

#include "models/base/fabric_store.h"
#include "models/base/keyed_table_model.h"
#include "models/session/session.h"

namespace slipway::models
{

struct HostRow {
    Ref<v1::Host> host;
    std::uint32_t instances = 0;
    std::uint32_t used_cores = 0;
    std::uint64_t used_memory_bytes = 0;
};

// Why a host is as it is, that it is being emptied included; empty: nothing to say.
QString reasonOf(const v1::Host &host);

class HostModel : public KeyedTableModel<std::string, HostRow>
{
    Q_OBJECT

public:
    enum class Column { Name, State, FaultDomain, Instances, Cores, Memory, Isolation, Since };
    static constexpr int kColumnCount = 8;
    static constexpr Column kInitialSort = Column::Name;
    static constexpr Qt::SortOrder kInitialOrder = Qt::AscendingOrder;

    explicit HostModel(const Session &session, QObject *parent = nullptr);

    // How often the real machine is promised: nominal cores of all hosts over real ones; 0:
    // unknown.
    double overcommitment() const;

protected:
    int columns() const override { return kColumnCount; }
    QVariant cell(const HostRow &row, int column, int role) const override;
    QVariant headerCell(int column, int role) const override;
    bool differs(const HostRow &before, const HostRow &after) const override;

private:
    QVariant textOf(const HostRow &row, Column column) const;
    QVariant sortValue(const HostRow &row, Column column) const;
    QVariant fraction(const HostRow &row, Column column) const;
    void onStoreChanged(const StoreDelta &delta);
    void reload();

    const Session &m_session;
    const FabricStore &m_store;
};

} // namespace slipway::models
