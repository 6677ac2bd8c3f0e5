// Label, description and outside access of a service.
#pragma once

#include "views/service/service_models.h"
#include "views/widgets/slide_panel.h"

class QCheckBox;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace slipway::views
{

class Banner;

class EditPanel : public SlidePanel
{
    Q_OBJECT

public:
    EditPanel(PageContext &context, ServiceModels &models, QWidget *parent);
    void openForEdit();

private:
    void save();

    PageContext &m_context;
    ServiceModels &m_models;
    v1::CloudService m_service; // as it was when the panel opened: its revision is the etag
    Banner *m_banner;
    QLineEdit *m_label;
    QPlainTextEdit *m_description;
    QCheckBox *m_outside;
    QPushButton *m_save;
};

} // namespace slipway::views
