#include "backend/fabric/restore_store.h"

#include "backend/core/references.h"
#include "backend/fabric/data_folder.h"
#include "backend/fabric/machine.h"
#include "backend/store/snapshot.h"
#include "backend/sys/durable_file.h"
#include "backend/sys/file_lock.h"
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
    const auto broken = core::brokenReferences(stateFrom(examined->loaded));
    if (!broken.empty())
        return badCopy(copy, broken.front());
    if (const auto fits = checkFabricId(paths, examined->fabric_id); !fits)
        return failure(v1::Error::FAILED_PRECONDITION, "STORE_OF_ANOTHER_FABRIC",
                       copy.string() + " is a copy of fabric " + examined->fabric_id + ", but " +
                           paths.data.string() + " is the folder of fabric " +
                           markedFabricId(paths).value_or("") +
                           ". Nothing was changed. Name the right copy, or another --data folder.",
                       copy.string());
    return examined;
}

// Nothing happened, or the error says where the store lies now.
v1::Error putBack(const SetAside &aside, v1::Error error)
{
    const auto back = aside.putBack();
    if (!back)
        error.set_message(error.message() + " The store of before lies in " + aside.store.string() +
                          ": move it and the files beside it back to their names.");
    return error;
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
    const store::Expected expected{examined->fabric_id, examined->loaded.revision};
    const fs::path fresh = paths.storeFile().string() + ".restoring-" + sys::randomHex(8);
    if (const auto copied = store::copyStore(copy, fresh, expected); !copied)
        return Failure(copied.error());
    const auto aside = setStoreAside(paths, "replaced", Mark::Stays);
    auto moved =
        aside ? sys::moveDurably(fresh, paths.storeFile()) : Result<void>(Failure(aside.error()));
    if (!moved) {
        std::error_code ignored;
        fs::remove(fresh, ignored);
        return Failure(aside ? putBack(*aside, moved.error()) : moved.error());
    }
    if (const auto marked = markFabricId(paths, examined->fabric_id); !marked)
        return Failure(marked.error());
    return Restored{examined->fabric_id, examined->loaded.revision, aside->store};
}

} // namespace slipway::fabric
