// A server on a real Unix socket with a fake fabric behind it, and one client.
#pragma once

#include "backend/client/connect.h"
#include "backend/server/server.h"
#include "tests/integration/rpc/fake_fabric.h"

#include <QTemporaryDir>
#include <QtTest>
#include <mutex>
#include <optional>

namespace slipway::test
{

// What a callback left behind; callbacks come on any thread.
template <typename T> class Slot
{
public:
    void put(T value)
    {
        const std::lock_guard lock(m_mutex);
        m_values.push_back(std::move(value));
    }
    std::size_t count() const
    {
        const std::lock_guard lock(m_mutex);
        return m_values.size();
    }
    bool filled() const { return count() > 0; }
    T at(std::size_t index) const
    {
        const std::lock_guard lock(m_mutex);
        return m_values.at(index);
    }
    T last() const
    {
        const std::lock_guard lock(m_mutex);
        return m_values.back();
    }

private:
    mutable std::mutex m_mutex;
    std::vector<T> m_values;
};

template <typename T> using SlotPtr = std::shared_ptr<Slot<T>>;
template <typename T> SlotPtr<T> makeSlot()
{
    return std::make_shared<Slot<T>>();
}

template <typename T> client::Done<T> into(const SlotPtr<Result<T>> &slot)
{
    return [slot](Result<T> result) { slot->put(std::move(result)); };
}

struct Rpc {
    QTemporaryDir folder{QStringLiteral("/tmp/slr-XXXXXX")};
    FakeFabric fabric;
    std::unique_ptr<server::Server> server;
    std::unique_ptr<client::FabricClient> client;

    std::filesystem::path path() const
    {
        return std::filesystem::path(folder.path().toStdString()) / "run" / "fabric.sock";
    }
    std::string address() const { return "unix:" + path().string(); }

    void start()
    {
        auto served = server::serve(fabric, path());
        QVERIFY2(served.has_value(), served ? "" : served.error().message().c_str());
        server = std::move(*served);
    }
    void connect() { client = client::connect(address()); }
};

} // namespace slipway::test
