#include "views/services/create_panel.h"

#include "models/base/words.h"
#include "views/widgets/buttons.h"
#include "views/widgets/navigator.h"

#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;
using models::utf8;

namespace
{

constexpr int kWidth = 440;

} // namespace

CreatePanel::CreatePanel(PageContext &context, QWidget *parent)
    : SlidePanel(context.theme, tr("Create a cloud service"), kWidth, parent), m_context(context),
      m_form(new CreateForm(context.theme, context.session)), m_parts(new QStackedWidget)
{
    setObjectName(u"createPanel"_s);
    m_parts->addWidget(m_form);
    m_parts->addWidget(makeDone());
    body()->addWidget(m_parts);
    body()->addStretch(1);
    makeFooter();
    connect(m_form, &CreateForm::acceptableChanged, this, &CreatePanel::refreshButtons);
    connect(m_form, &CreateForm::submitted, this, &CreatePanel::submit);
    connect(&context.session, &models::Session::stateChanged, this, &CreatePanel::refreshButtons);
    connect(&context.store, &models::FabricStore::changed, this, &CreatePanel::showAddresses);
    refreshButtons();
}

QWidget *CreatePanel::makeDone()
{
    const auto &theme = m_context.theme;
    auto *done = new QWidget;
    auto *column = new QVBoxLayout(done);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(6);
    m_done_title = new Label(theme, TextRole::CardTitle);
    m_done_title->setObjectName(u"createdTitle"_s);
    m_done_title->setElided(true, Qt::ElideMiddle);
    column->addWidget(m_done_title);
    auto *what = Label::secondary(theme, TextRole::Body,
                                  tr("These addresses are the service's for life. Nothing answers "
                                     "there until something is deployed."));
    what->setWordWrap(true);
    column->addWidget(what);
    const auto add = [&](const QString &title, const QString &name) {
        auto *link = new CopyLink(theme, m_context.prompter);
        link->setObjectName(name);
        column->addSpacing(10);
        column->addWidget(new Label(theme, TextRole::Overline, title.toUpper()));
        column->addWidget(link);
        connect(link, &CopyLink::copied, this, [this] {
            m_context.navigator.notify(models::Condition::Ready, tr("Address copied"));
        });
        return link;
    };
    m_production = add(tr("Production"), u"productionAddress"_s);
    m_staging = add(tr("Staging"), u"stagingAddress"_s);
    column->addStretch(1);
    return done;
}

void CreatePanel::makeFooter()
{
    const auto &theme = m_context.theme;
    m_cancel = makeButton(theme, ButtonKind::Normal, tr("Cancel"));
    m_cancel->setObjectName(u"cancelCreate"_s);
    m_create = makeButton(theme, ButtonKind::Primary, tr("Create"));
    m_create->setObjectName(u"confirmCreate"_s);
    m_open = makeButton(theme, ButtonKind::Primary, tr("Open service"), u"forward"_s);
    m_open->setObjectName(u"openCreated"_s);
    for (auto *button : {m_cancel, m_create, m_open}) {
        footer()->addWidget(button);
    }
    connect(m_cancel, &QPushButton::clicked, this, &CreatePanel::closePanel);
    connect(m_create, &QPushButton::clicked, this, &CreatePanel::submit);
    connect(m_open, &QPushButton::clicked, this, [this] {
        closePanel();
        m_context.navigator.openService(m_created);
    });
}

void CreatePanel::begin()
{
    m_created.clear();
    m_sending = false;
    m_form->clear();
    m_parts->setCurrentIndex(0);
    refreshButtons();
    openPanel();
    m_form->setFocus();
}

void CreatePanel::submit()
{
    if (!m_create->isEnabled() || !m_create->isVisible()) {
        return;
    }
    m_sending = true;
    refreshButtons();
    const auto name = m_form->name();
    m_context.session.execute(m_form->command(), this,
                              [this, name](const Result<v1::CommandReply> &reply) {
                                  m_sending = false;
                                  if (reply) {
                                      onCreated(name);
                                  } else {
                                      m_form->refuse(text(reply.error().message()));
                                  }
                              });
}

void CreatePanel::onCreated(const QString &name)
{
    m_created = name;
    m_done_title->setText(tr("%1 is there").arg(name));
    m_parts->setCurrentIndex(1);
    showAddresses();
    refreshButtons();
    m_open->setFocus();
}

void CreatePanel::showAddresses()
{
    if (m_created.isEmpty()) {
        return;
    }
    const auto service = m_context.store.service(utf8(m_created));
    const auto address = [](const v1::Slot &slot) {
        return slot.address().empty() ? QString() : u"http://"_s + text(slot.address());
    };
    m_production->setAddress(service ? address(service->production()) : QString());
    m_staging->setAddress(service ? address(service->staging()) : QString());
    m_production->setOpenable(false); // nothing is deployed yet
    m_staging->setOpenable(false);
}

void CreatePanel::refreshButtons()
{
    const bool done = !m_created.isEmpty();
    m_cancel->setText(done ? tr("Close") : tr("Cancel"));
    m_create->setVisible(!done);
    m_open->setVisible(done);
    m_create->setText(m_sending ? tr("Creating …") : tr("Create"));
    m_create->setEnabled(!m_sending && m_form->isAcceptable() && m_context.session.isLive());
    m_create->setToolTip(
        m_context.session.isLive() ? QString() : tr("The fabric cannot be reached at the moment"));
}

} // namespace slipway::views
