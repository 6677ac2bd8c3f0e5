// A newcomer's first page: an invitation, then the sample's voyage with real actions.
#pragma once

#include "views/firstrun/sample_voyage.h"
#include "views/widgets/page.h"

class QStackedWidget;

namespace slipway::views
{

class FirstRunPage : public Page
{
    Q_OBJECT

public:
    explicit FirstRunPage(PageContext &context);

    QString title() const override;
    // `part` "sample" begins the voyage at once.
    void goTo(const Place &place) override;
    QList<QAction *> pageActions() const override { return {m_try}; }
    bool tellsOf(const v1::Operation &operation) const override; // the voyage's steps do

private:
    QWidget *makeInvitation();
    QWidget *makeVoyage();
    void beginVoyage();
    void showPart(int part);
    void leave();
    void arrive();

    PageContext &m_context;
    SampleVoyage m_voyage;
    QStackedWidget *m_parts;
    QAction *m_try;
};

} // namespace slipway::views
