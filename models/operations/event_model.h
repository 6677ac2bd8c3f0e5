// The timeline: sentences of what happened to whom, why, and what was done about it. Bounded.
#pragma once

#include "models/base/keyed_table_model.h"
#include "models/session/session.h"

namespace slipway::models
{

class EventModel : public KeyedTableModel<std::uint64_t, v1::Event>
{
    Q_OBJECT

public:
    enum class Column { Time, Message, Subject, Actor };
    static constexpr int kColumnCount = 4;
    static constexpr Column kInitialSort = Column::Time;
    static constexpr Qt::SortOrder kInitialOrder = Qt::DescendingOrder;
    static constexpr int kRowsMax = 5000;

    // What the timeline is about; empty fields do not restrict.
    struct Scope {
        std::string service;
        std::string deployment;
        std::string instance;
        std::string host;
        bool operator==(const Scope &) const = default;
    };

    explicit EventModel(Session &session, Scope scope = {}, QObject *parent = nullptr);

    void setScope(const Scope &scope);
    // Asks for older events than the oldest row (paging backwards).
    void loadOlder();
    bool hasOlder() const { return m_has_older; }

    // "WorkerRole_IN_1 ended with code 1 (3rd time in 10 min); next start in 8 s"
    static QString sentence(const v1::Event &event);

protected:
    int columns() const override { return kColumnCount; }
    QVariant cell(const v1::Event &row, int column, int role) const override;
    QVariant headerCell(int column, int role) const override;
    bool differs(const v1::Event &before, const v1::Event &after) const override;

private:
    bool belongs(const v1::Event &event) const;
    void append(const std::vector<v1::Event> &events);
    void reload();

    Session &m_session;
    Scope m_scope;
    std::uint64_t m_oldest = 0;
    bool m_has_older = true;
    bool m_asking = false;
    bool m_again = false; // asked once more while the answer was on its way
};

} // namespace slipway::models
