#include "views/service/edit_panel.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "views/widgets/banner.h"
#include "views/widgets/buttons.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPlainTextEdit>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kEditWidth = 420;
constexpr int kDescriptionHeight = 140;

} // namespace

EditPanel::EditPanel(PageContext &context, ServiceModels &models, QWidget *parent)
    : SlidePanel(context.theme, tr("Label and description"), kEditWidth, parent),
      m_context(context), m_models(models), m_banner(new Banner(context.theme)),
      m_label(new QLineEdit), m_description(new QPlainTextEdit),
      m_outside(new QCheckBox(tr("Instances may reach other networks"))),
      m_save(makeButton(context.theme, ButtonKind::Primary, tr("Save")))
{
    setObjectName(u"editPanel"_s);
    m_label->setObjectName(u"editLabel"_s);
    m_label->setAccessibleName(tr("Label"));
    m_description->setObjectName(u"editDescription"_s);
    m_description->setAccessibleName(tr("Description"));
    m_description->setFixedHeight(kDescriptionHeight);
    m_description->setTabChangesFocus(true);
    m_outside->setObjectName(u"editOutside"_s);
    m_save->setObjectName(u"editSave"_s);
    const auto caption = [&](const QString &text) {
        body()->addWidget(Label::secondary(context.theme, TextRole::Label, text));
    };
    body()->addWidget(m_banner);
    caption(tr("Label"));
    body()->addWidget(m_label);
    caption(tr("Description"));
    body()->addWidget(m_description);
    body()->addWidget(m_outside);
    body()->addStretch(1);
    auto *cancel = makeButton(context.theme, ButtonKind::Normal, tr("Cancel"));
    cancel->setObjectName(u"editCancel"_s);
    footer()->addWidget(cancel);
    footer()->addWidget(m_save);
    connect(cancel, &QPushButton::clicked, this, &SlidePanel::closePanel);
    connect(m_save, &QPushButton::clicked, this, &EditPanel::save);
}

void EditPanel::openForEdit()
{
    const auto service = m_context.store.service(m_models.key);
    if (service == nullptr) {
        return;
    }
    m_service = *service;
    m_banner->clear();
    m_label->setText(models::text(service->label()));
    m_description->setPlainText(models::text(service->description()));
    m_outside->setChecked(service->outside_access());
    m_save->setEnabled(true);
    openPanel();
    m_label->setFocus();
}

void EditPanel::save()
{
    auto service = m_service;
    service.set_label(models::utf8(m_label->text().trimmed()));
    service.set_description(models::utf8(m_description->toPlainText().trimmed()));
    service.set_outside_access(m_outside->isChecked());
    m_save->setEnabled(false);
    m_context.session.execute(models::commands::updateService(service), this,
                              [this](const Result<v1::CommandReply> &reply) {
                                  m_save->setEnabled(true);
                                  if (reply) {
                                      closePanel();
                                  } else {
                                      m_banner->say(models::Condition::Failed,
                                                    models::text(reply.error().message()));
                                  }
                              });
}

} // namespace slipway::views
