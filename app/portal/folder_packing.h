// "Pack a folder" for the pages: the packages room's writer on a thread of the pool.
#pragma once

#include "models/base/gui_hop.h"
#include "views/widgets/page_context.h"

#include <memory>

namespace slipway::portal
{

// Answers arrive through `hop`, so none comes once it is closed. A quitting portal waits for a
// package that is being written: it appears whole or not at all.
views::PackFolder makeFolderPacking(std::shared_ptr<models::GuiHop> hop);

} // namespace slipway::portal
