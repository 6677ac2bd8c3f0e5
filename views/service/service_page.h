// The page of one service: shows whichever service the place names.
#pragma once

#include "views/widgets/page.h"

class QStackedLayout;

namespace slipway::views
{

class EmptyState;
class ServiceView;

class ServicePage : public Page
{
    Q_OBJECT

public:
    explicit ServicePage(PageContext &context);
    ~ServicePage() override;

    QString title() const override;
    QList<Crumb> breadcrumb() const override;
    QList<QAction *> pageActions() const override;
    void goTo(const Place &place) override;
    void onShown() override;
    void onHidden() override;
    void refresh() override;
    bool focusFilter() override;
    bool tellsOf(const v1::Operation &operation) const override;

private:
    void update(); // the view appears and goes with its service
    void makeView();
    void dropView();
    void showEmpty();

    PageContext &m_context;
    QStackedLayout *m_stack;
    EmptyState *m_empty;
    ServiceView *m_view = nullptr;
    bool m_shown = false;
};

} // namespace slipway::views
