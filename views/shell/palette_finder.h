// What the command palette finds: pages, actions of the page in view, services, hosts, instances.
#pragma once

#include "models/base/fabric_store.h"
#include "views/shell/command_palette.h"
#include "views/widgets/navigator.h"
#include "views/widgets/page_factory.h"

namespace slipway::views
{

struct PaletteCommand {
    QString text;
    QString hint; // its key
    QString icon;
    std::function<void()> run;
};

// Everything that fits, best first, at most a screenful.
QList<PaletteEntry> findEntries(const QString &words, const PageFactory &pages, const Page *page,
                                const QList<PaletteCommand> &commands,
                                const models::FabricStore &store, Navigator &navigator);

} // namespace slipway::views
