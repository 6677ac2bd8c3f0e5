// One page of the portal. The shell makes it at its first visit, keeps it, and tells it when it is
// seen: a page opens its subscriptions in onShown and drops them in onHidden.
#pragma once

#include "views/widgets/page_context.h"
#include "views/widgets/place.h"

#include <QList>
#include <QWidget>

class QAction;

namespace slipway::views
{

struct Crumb {
    QString text;
    Place place;
};

class Page : public QWidget
{
    Q_OBJECT

public:
    using QWidget::QWidget;

    virtual QString title() const = 0;
    // From the outside in; the last one is this page. Default: the title alone.
    virtual QList<Crumb> breadcrumb() const;
    // What can be done here, for the command palette; each with text and, if it has one, shortcut.
    virtual QList<QAction *> pageActions() const { return {}; }
    // Called at each visit, before onShown: shows subject and part.
    virtual void goTo(const Place &place) { m_place = place; }
    virtual void onShown() {}
    virtual void onHidden() {}
    // F5: asks again for whatever does not come by itself.
    virtual void refresh() {}
    // "/": puts the cursor into the page's filter; false: there is none.
    virtual bool focusFilter() { return false; }

    // The page says by itself what became of an operation that has just ended: no toast repeats it.
    virtual bool tellsOf(const v1::Operation &) const { return false; }

    const Place &place() const { return m_place; }

Q_SIGNALS:
    void titleChanged();                                   // title or breadcrumb
    void placeChanged(const slipway::views::Place &place); // another tab or selection

protected:
    Place m_place;
};

} // namespace slipway::views
