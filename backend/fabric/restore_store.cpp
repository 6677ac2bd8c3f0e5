#include "backend/fabric/restore_store.h"

#include "backend/fabric/data_check.h"
#include "backend/fabric/data_folder.h"
#include "backend/fabric/machine.h"
#include "backend/store/snapshot.h"
#include "backend/sys/clock.h"
#include "backend/sys/durable_file.h"
#include "backend/sys/file_identity.h"
#include "backend/sys/file_lock.h"
#include "backend/sys/file_time.h"
#include "backend/sys/random.h"

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

Failure badCopy(const fs::path &copy, const std::string &why)
{
    return failure(v1::Error::FAILED_PRECONDITION, "BACKUP_DAMAGED",
                   copy.string() + " is not put back: " + why +
                       ". Nothing was changed; take another copy.",
                   copy.string());
}

Result<store::Examined> examineCopy(const sys::Paths &paths, const fs::path &copy)
{
    auto examined = store::examineStore(copy);
    if (!examined)
        return examined;
    if (!examined->problems.empty())
        return badCopy(copy, examined->problems.front().message());
    if (examined->fabric_id.empty())
        return badCopy(copy, "there is no fabric in it");
    const auto dangling = danglingReferences(stateFrom(examined->loaded));
    if (!dangling.empty())
        return badCopy(copy, dangling.front());
    if (const auto fits = checkFabricId(paths, examined->fabric_id); !fits)
        return failure(v1::Error::FAILED_PRECONDITION, "STORE_OF_ANOTHER_FABRIC",
                       copy.string() + " is a copy of fabric " + examined->fabric_id + ", but " +
                           paths.data.string() + " is the folder of fabric " +
                           markedFabricId(paths).value_or("") +
                           ". Nothing was changed. Name the right copy, or another --data folder.",
                       copy.string());
    return examined;
}

// The log and the index go with the store that they belong to.
Result<fs::path> setAside(const fs::path &store)
{
    const std::string suffix =
        ".replaced-" + sys::fileTime(sys::SystemClock().wallMs()) + "-" + sys::randomHex(4);
    for (const char *part : {"-wal", "-shm", ""}) {
        const fs::path file = store.string() + part;
        if (!sys::identityOf(file))
            continue;
        if (const auto moved = sys::moveDurably(file, store.string() + suffix + part); !moved)
            return Failure(moved.error());
    }
    const fs::path aside = store.string() + suffix;
    return sys::identityOf(aside) ? aside : fs::path();
}

} // namespace

Result<Restored> restoreStore(const sys::Paths &paths, const fs::path &copy)
{
    if (const auto made = sys::makePrivateFolder(paths.data); !made)
        return Failure(made.error());
    const auto lock = sys::FileLock::take(paths.lockFile());
    if (!lock)
        return Failure(lock.error());
    const auto examined = examineCopy(paths, copy);
    if (!examined)
        return Failure(examined.error());
    const fs::path fresh = paths.storeFile().string() + ".restoring-" + sys::randomHex(8);
    if (const auto copied = store::copyStore(copy, fresh); !copied)
        return Failure(copied.error());
    const auto aside = setAside(paths.storeFile());
    if (!aside) {
        std::error_code ignored;
        fs::remove(fresh, ignored);
        return Failure(aside.error());
    }
    if (const auto moved = sys::moveDurably(fresh, paths.storeFile()); !moved)
        return Failure(moved.error());
    if (const auto marked = markFabricId(paths, examined->fabric_id); !marked)
        return Failure(marked.error());
    return Restored{examined->fabric_id, examined->loaded.revision, *aside};
}

} // namespace slipway::fabric
