// A prepared statement in use. Inside of the store; not for other rooms.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <string>
#include <utility>

namespace slipway::store
{

// Whatever way its user leaves, the statement is reset: one that was left in the middle would hold
// a read transaction open, and the write-ahead log could never begin anew.
class Query
{
public:
    explicit Query(SQLite::Statement &statement) : m_statement(&statement)
    {
        statement.tryReset();
        statement.clearBindings();
    }
    Query(Query &&other) noexcept : m_statement(std::exchange(other.m_statement, nullptr)) {}
    Query &operator=(Query &&) = delete;
    ~Query()
    {
        if (m_statement)
            m_statement->tryReset();
    }

    template <typename Value> void bind(int index, const Value &value)
    {
        m_statement->bind(index, value);
    }
    void bindBytes(int index, const std::string &bytes)
    {
        m_statement->bind(index, bytes.data(), int(bytes.size()));
    }
    bool next() { return m_statement->executeStep(); }
    int exec() { return m_statement->exec(); } // how many rows were changed
    SQLite::Column column(int index) { return m_statement->getColumn(index); }
    std::string bytes(int index)
    {
        const SQLite::Column column = m_statement->getColumn(index);
        return {static_cast<const char *>(column.getBlob()), std::size_t(column.getBytes())};
    }
    // The first column of the first row; 0: there is none.
    std::int64_t number() { return next() ? column(0).getInt64() : 0; }

private:
    SQLite::Statement *m_statement;
};

} // namespace slipway::store
