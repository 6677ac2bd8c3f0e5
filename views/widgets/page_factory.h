// The list of pages the shell is given: composed where every concrete page is known.
#pragma once

#include "views/widgets/page.h"

#include <QKeySequence>
#include <functional>
#include <memory>
#include <vector>

namespace slipway::views
{

struct PageEntry {
    PageId id;
    QString title;
    QString icon;
    bool in_navigation = true; // false: reached through other pages only
    std::function<std::unique_ptr<Page>(PageContext &)> create;
};

using PageFactory = std::vector<PageEntry>;

template <typename ConcretePage>
PageEntry pageEntry(PageId id, const QString &title, const QString &icon, bool in_navigation = true)
{
    return {id, title, icon, in_navigation,
            [](PageContext &context) { return std::make_unique<ConcretePage>(context); }};
}

} // namespace slipway::views
