// A person's way with a menu: look for the entry, and click on it.
#pragma once

#include <QAction>
#include <QMenu>
#include <QtTest>

namespace slipway::test
{

// False: the menu is not seen, has no such entry, or the entry is disabled. The menu closes.
inline bool chooseIn(QMenu *menu, const char *action_name)
{
    if (menu == nullptr || !QTest::qWaitFor([menu] { return menu->isVisible(); })) {
        return false;
    }
    for (QAction *action : menu->actions()) {
        if (action->objectName() == QLatin1StringView(action_name) && action->isEnabled()) {
            QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
            return true;
        }
    }
    return false;
}

} // namespace slipway::test
