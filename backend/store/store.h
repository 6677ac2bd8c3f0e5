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
inline constexpr int kSchemaVersion = 3;

// Everything that core::restore needs, and the two counters that removed entities may have raised.
struct Loaded {
    std::vector<v1::Change> changes;
    std::uint64_t revision = 0;
    std::uint64_t next_event_id = 1;
};

// A request that was carried out, and what was said to it.
struct AnsweredRequest {
    std::string id;
    std::string digest; // of what was asked; any bytes
    std::int64_t time_ms = 0;
    v1::CommandReply reply;
};

class Copying;

class Store
{
public:
    // Creates the file, or brings an older schema up to date. A file that is damaged, newer than
    // this program or not ours is refused and left as it was. `before_step` is called once before
    // the schema of a store with content is changed; its error ends the opening.
    static Result<std::unique_ptr<Store>>
    open(const std::filesystem::path &file,
         const std::function<Result<void>(int version)> &before_step = {});
    ~Store();

    // All changes or none. Entities are replaced or removed, events and operations also go into the
    // history. `written` is called when everything lies in the transaction and the transaction is
    // still open. STORE_REPLACED when what is written would not be what the next start reads;
    // STORE_CHANGED for good when another program committed something to the open store.
    Result<void> commit(const std::vector<v1::Change> &changes,
                        const std::function<void()> &written = {},
                        const std::vector<AnsweredRequest> &answered = {});
    Result<Loaded> load();
    // Whether the open file is still the one at its path, and only this process's. STORE_REPLACED,
    // STORE_CHANGED.
    Result<void> stillOurs();

    // A copy through the file that is open, whatever lies at its path by now (snapshot.h).
    Result<std::unique_ptr<Copying>> beginCopy(const std::filesystem::path &to);

    // What was answered to a request of the last 24 hours.
    Result<std::optional<AnsweredRequest>> answered(const std::string &request_id);
    // Now and then: answers of more than 24 hours ago go; and the oldest ones when they are more,
    // or larger, than a day of hard work makes them, which the log says.
    Result<void> forgetRequests(std::int64_t now_ms);
    // The revision by which a package or deployment was deleted; nothing: never, as far as this
    // store knows, and what bears its name is not to be touched.
    Result<std::optional<std::uint64_t>> deletedAt(v1::Removed::Kind kind, const std::string &id);

    // Newest first; at most 1000.
    Result<v1::EventsReply> events(const v1::EventsRequest &request);
    Result<v1::OperationsReply> operations(const v1::OperationsRequest &request);

    // One batch of coarse samples per minute, perhaps empty; those before `keep_from_ms` go.
    Result<void> addMetrics(std::int64_t time_ms, const v1::MetricBatch &batch,
                            std::int64_t keep_from_ms);
    Result<std::vector<v1::MetricBatch>> metrics();                          // oldest first
    Result<void> forgetMetrics(const std::vector<std::string> &deployments); // one transaction

    // One small step of forgetting: at most `steps` events and ended operations that are older than
    // `keep_from_ms` or more than `rows_max` of their kind. Whether there is more to do.
    Result<bool> forgetHistory(std::int64_t keep_from_ms, std::uint32_t rows_max, int steps);

    Result<std::optional<std::string>> value(const std::string &key);
    Result<void> setValue(const std::string &key, const std::string &value);

    struct Impl; // the open database; this room's own
private:
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::store
