// What can be done with one service from the list, and the question before it is deleted.
#pragma once

#include "views/widgets/page_context.h"
#include "views/widgets/prompter.h"

#include <QMenu>

namespace slipway::views
{

// Opened, not executed; deletes itself.
QMenu *makeServiceMenu(PageContext &context, const QString &name, QAction *remove, QWidget *parent);

Question deletionQuestion(const PageContext &context, const QString &name);
void deleteServiceAfterQuestion(PageContext &context, const QString &name, QObject *owner);

} // namespace slipway::views
