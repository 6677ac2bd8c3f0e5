// Before a fabric runs: its folders, its locks, its store, and what a first start decides.
#pragma once

#include "backend/core/core.h"
#include "backend/fabric/fabric.h"
#include "backend/store/store.h"
#include "backend/sys/file_lock.h"

#include <memory>
#include <optional>
#include <string>

namespace slipway::fabric
{

inline constexpr const char *kRuntimeLock = "fabric.lock"; // in the runtime folder

// Members are closed in reverse: the store before the locks.
struct OpenedData {
    std::optional<sys::FileLock> data_lock;
    std::optional<sys::FileLock> runtime_lock;
    std::unique_ptr<store::Store> store;
    core::State state;
    std::string how; // "first start" or "restart"
};

// Touches the store only after both locks are held. Errors: what sys and store say, and
// RUNTIME_FOLDER_SHARED for a runtime folder that others use too.
Result<OpenedData> openData(const FabricOptions &options);

// A /24 of 127.64.0.0/10 in which nothing listens yet, as far as one can tell: "127.77.3".
std::string chooseAddressPrefix();

// Removes `socket` and what this fabric made below its runtime folder, and the folder if nothing is
// left.
void removeRuntimeFiles(const sys::Paths &paths, const std::filesystem::path &socket);

} // namespace slipway::fabric
