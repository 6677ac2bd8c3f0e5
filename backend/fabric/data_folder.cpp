#include "backend/fabric/data_folder.h"

#include "backend/fabric/snapshots.h"
#include "backend/sys/clock.h"
#include "backend/sys/durable_file.h"
#include "backend/sys/file_identity.h"
#include "backend/sys/file_time.h"
#include "backend/sys/random.h"

#include <algorithm>
#include <fstream>
#include <vector>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kFabricIdMax = 64;
constexpr std::uint64_t kNoStore_bytes = 0;

fs::path logOf(const fs::path &store)
{
    return store.string() + "-wal";
}

std::uint64_t bytesOf(const fs::path &file)
{
    const auto identity = sys::identityOf(file);
    return identity ? identity->size_bytes : kNoStore_bytes;
}

bool holdsSomething(const fs::path &folder)
{
    std::error_code error;
    return fs::is_directory(folder, error) && !fs::is_empty(folder, error) && !error;
}

// What only a fabric that ran here can have left, in words; empty: nothing.
std::string remains(const sys::Paths &paths)
{
    std::string words;
    const auto add = [&words](bool there, const std::string &what) {
        if (there)
            words += (words.empty() ? "" : ", ") + what;
    };
    add(holdsSomething(paths.packages()), "packages");
    add(holdsSomething(paths.disks()), "disks");
    add(holdsSomething(paths.logs()), "logs");
    add(holdsSomething(paths.uploads()), "uploads");
    add(holdsSomething(paths.snapshots()), "snapshots");
    add(holdsSomething(paths.trash()), "a trash folder");
    add(markedFabricId(paths).has_value(),
        "the mark of fabric " + markedFabricId(paths).value_or(""));
    return words;
}

std::string whatToDo(const sys::Paths &paths)
{
    const auto snapshot = newestSnapshot(paths);
    return (snapshot ? "Put its newest snapshot back: slipwayctl fabric restore " +
                           snapshot->string() + " --data " + paths.data.string()
                     : "There is no snapshot; put a copy of it back") +
           ". Or start in another --data folder; or, if a new fabric shall begin here, start with "
           "--first-start, which leaves everything that lies here alone.";
}

Failure emptyStore(const sys::Paths &paths, const std::string &what_is_there)
{
    return failure(v1::Error::FAILED_PRECONDITION, "STORE_EMPTY",
                   "The store " + paths.storeFile().string() + " is empty, but beside it lie " +
                       what_is_there + " of a fabric that ran here. Nothing was changed. " +
                       whatToDo(paths),
                   paths.storeFile().string());
}

} // namespace

Result<void> checkStoreIsThere(const sys::Paths &paths, bool first_start)
{
    const fs::path store = paths.storeFile();
    const bool there = bytesOf(store) > 0;
    if (first_start && there)
        return failure(v1::Error::FAILED_PRECONDITION, "STORE_PRESENT",
                       "There is a store at " + store.string() +
                           ", so this is no first start. Start without --first-start, or move that "
                           "file away first.",
                       store.string());
    if (there || first_start)
        return {};
    std::string what_is_there = remains(paths);
    if (what_is_there.empty() && bytesOf(logOf(store)) > 0)
        what_is_there = "the write-ahead log of its store";
    if (what_is_there.empty())
        return {};
    if (sys::identityOf(store))
        return emptyStore(paths, what_is_there);
    return failure(v1::Error::FAILED_PRECONDITION, "STORE_MISSING",
                   "The store " + store.string() + " is missing, but in its folder lie " +
                       what_is_there + " of a fabric that ran here. Nothing was changed. " +
                       whatToDo(paths),
                   store.string());
}

Result<void> SetAside::putBack() const
{
    for (auto file = moved.rbegin(); file != moved.rend(); ++file)
        if (auto back = sys::moveDurably(file->second, file->first); !back)
            return back;
    return {};
}

Result<SetAside> setStoreAside(const sys::Paths &paths, const std::string &word, Mark mark)
{
    const std::string suffix =
        "." + word + "-" + sys::fileTime(sys::SystemClock().wallMs()) + "-" + sys::randomHex(4);
    const std::string store = paths.storeFile().string();
    const fs::path id = paths.fabricIdFile();
    SetAside aside;
    const auto move = [&aside](const fs::path &file, const fs::path &to) -> Result<void> {
        if (!sys::identityOf(file))
            return {};
        if (auto moved = sys::moveDurably(file, to); !moved)
            return moved;
        aside.moved.emplace_back(file, to);
        return {};
    };
    auto moved = move(store, store + suffix).and_then([&] {
        return move(store + "-wal", store + suffix + "-wal");
    });
    moved = moved.and_then([&] { return move(store + "-shm", store + suffix + "-shm"); });
    if (mark == Mark::Goes)
        moved = moved.and_then([&] { return move(id, id.string() + suffix); });
    if (!moved) {
        (void)aside.putBack();
        return Failure(moved.error());
    }
    if (!aside.moved.empty() && aside.moved.front().first == store)
        aside.store = aside.moved.front().second;
    return aside;
}

std::optional<std::string> markedFabricId(const sys::Paths &paths)
{
    std::ifstream file(paths.fabricIdFile(), std::ios::binary);
    std::string id;
    if (!(file >> id) || id.empty())
        return std::nullopt;
    return id.substr(0, kFabricIdMax);
}

Result<void> checkFabricId(const sys::Paths &paths, const std::string &fabric_id)
{
    const auto marked = markedFabricId(paths);
    if (fabric_id.empty()) {
        const std::string what_is_there = remains(paths);
        return what_is_there.empty() ? Result<void>() : emptyStore(paths, what_is_there);
    }
    if (!marked || *marked == fabric_id)
        return {};
    return failure(v1::Error::FAILED_PRECONDITION, "STORE_OF_ANOTHER_FABRIC",
                   "The store " + paths.storeFile().string() + " is that of fabric " + fabric_id +
                       ", but this folder is that of fabric " + *marked +
                       " (fabric.id). Nothing was changed. " + whatToDo(paths),
                   paths.storeFile().string());
}

Result<void> markFabricId(const sys::Paths &paths, const std::string &fabric_id)
{
    if (markedFabricId(paths) == fabric_id)
        return {};
    return sys::writeDurably(paths.fabricIdFile(), fabric_id + "\n");
}

} // namespace slipway::fabric
