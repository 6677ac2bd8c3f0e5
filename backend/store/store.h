// What survives: the fabric's state, its timeline, its audit trail and coarse metrics in one SQLite
// file. A commit that returned is on the disk: it survives kill -9 and the loss of power.
//
// One thread at a time may use a Store. A second process may open the same file to read it.
#pragma once

#include "backend/proto/result.h"
#include "slipway/v1/fabric.pb.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::store
{

// The newest schema this program writes; files of a newer one are refused.
inline constexpr int kSchemaVersion = 2;

// Everything that core::restore needs, and the two counters that removed entities may have raised.
struct Loaded {
    std::vector<v1::Change> changes;
    std::uint64_t revision = 0;
    std::uint64_t next_event_id = 1;
};

class Store
{
public:
    // Creates the file, or brings an older schema up to date. A file that is damaged, newer than
    // this program or not ours is refused and left as it was.
    static Result<std::unique_ptr<Store>> open(const std::filesystem::path &file);
    ~Store();

    // All changes or none. Entities are replaced or removed, events and operations also go into the
    // history that is never removed. `written` is called when everything lies in the transaction
    // and the transaction is still open.
    Result<void> commit(const std::vector<v1::Change> &changes,
                        const std::function<void()> &written = {});
    Result<Loaded> load();

    // Newest first; at most 1000.
    Result<v1::EventsReply> events(const v1::EventsRequest &request);
    Result<v1::OperationsReply> operations(const v1::OperationsRequest &request);

    // One batch of coarse samples per minute, perhaps empty; those before `keep_from_ms` go.
    Result<void> addMetrics(std::int64_t time_ms, const v1::MetricBatch &batch,
                            std::int64_t keep_from_ms);
    Result<std::vector<v1::MetricBatch>> metrics(); // oldest first
    Result<void> forgetMetrics(const std::string &deployment_id);

    Result<std::optional<std::string>> value(const std::string &key);
    Result<void> setValue(const std::string &key, const std::string &value);

    struct Impl; // the open database; this room's own
private:
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::store
