// What runs now, each with its progress and a way to cancel it; hidden while nothing runs.
#pragma once

#include "models/operations/operation_model.h"
#include "views/widgets/card.h"
#include "views/widgets/page_context.h"

#include <QHash>

namespace slipway::views
{

class ProgressStrip;

class RunningOperations : public Card
{
    Q_OBJECT

public:
    explicit RunningOperations(PageContext &context);

Q_SIGNALS:
    void chosen(const QString &id); // clicked, or Enter

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void refresh();
    ProgressStrip *stripOf(const QString &id);

    PageContext &m_context;
    QHash<QString, ProgressStrip *> m_strips;
    Label *m_more;
};

} // namespace slipway::views
