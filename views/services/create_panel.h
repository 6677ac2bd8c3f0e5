// "Create service": the form, and after it what was created: the addresses and where to go next.
#pragma once

#include "views/services/create_form.h"
#include "views/widgets/copy_link.h"
#include "views/widgets/page_context.h"
#include "views/widgets/slide_panel.h"

class QStackedWidget;

namespace slipway::views
{

class CreatePanel : public SlidePanel
{
    Q_OBJECT

public:
    CreatePanel(PageContext &context, QWidget *parent);
    void begin(); // an empty form

private:
    QWidget *makeDone();
    void makeFooter();
    void submit();
    void onCreated(const QString &name);
    void showAddresses();
    void refreshButtons();

    PageContext &m_context;
    CreateForm *m_form;
    QStackedWidget *m_parts;
    Label *m_done_title = nullptr;
    CopyLink *m_production = nullptr;
    CopyLink *m_staging = nullptr;
    QPushButton *m_cancel = nullptr;
    QPushButton *m_create = nullptr;
    QPushButton *m_open = nullptr;
    QString m_created; // empty: the form is shown
    bool m_sending = false;
};

} // namespace slipway::views
