#include "views/service/service_page.h"

#include "models/base/words.h"
#include "models/session/session.h"
#include "views/service/service_view.h"
#include "views/widgets/empty_state.h"
#include "views/widgets/navigator.h"

#include <QPushButton>
#include <QStackedLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

ServicePage::ServicePage(PageContext &context)
    : m_context(context), m_stack(new QStackedLayout(this)),
      m_empty(new EmptyState(context.theme, u"services"_s, {}, {}))
{
    m_empty->setObjectName(u"serviceEmpty"_s);
    auto *all = m_empty->addAction(tr("All services"), u"services"_s);
    all->setObjectName(u"allServices"_s);
    connect(all, &QPushButton::clicked, this, [this] {
        m_context.navigator.open({PageId::Services, {}, {}});
    });
    m_stack->addWidget(m_empty);
    connect(&context.store, &models::FabricStore::changed, this,
            [this](const models::StoreDelta &delta) {
                if (delta.snapshot || !delta.services.empty()) {
                    update();
                }
            });
    connect(&context.session, &models::Session::stateChanged, this, &ServicePage::update);
}

ServicePage::~ServicePage()
{
    delete m_view; // before the page's own parts
}

QString ServicePage::title() const
{
    return m_place.subject.isEmpty() ? tr("Service") : m_place.subject;
}

QList<Crumb> ServicePage::breadcrumb() const
{
    return {{tr("Services"), {PageId::Services, {}, {}}},
            {title(), {PageId::Service, m_place.subject, {}}}};
}

QList<QAction *> ServicePage::pageActions() const
{
    return m_view == nullptr ? QList<QAction *>() : m_view->actions();
}

void ServicePage::goTo(const Place &place)
{
    Page::goTo(place);
    update();
    if (m_view != nullptr) {
        m_view->showPart(place.part);
    }
    Q_EMIT titleChanged();
}

void ServicePage::update()
{
    const bool there = m_context.store.service(models::utf8(m_place.subject)) != nullptr;
    if (m_view != nullptr && (!there || m_view->name() != m_place.subject)) {
        dropView();
    }
    if (there && m_view == nullptr) {
        makeView();
    }
    if (m_view == nullptr) {
        showEmpty();
    }
}

void ServicePage::makeView()
{
    m_view = new ServiceView(m_context, m_place.subject, this);
    m_stack->addWidget(m_view);
    m_stack->setCurrentWidget(m_view);
    m_view->showPart(m_place.part);
    m_view->setWatched(m_shown);
    connect(m_view, &ServiceView::partChanged, this, [this](const QString &part) {
        m_place.part = part;
        Q_EMIT placeChanged(m_place);
    });
}

// Signals of its own children may be on the stack: it goes a moment later.
void ServicePage::dropView()
{
    m_view->setWatched(false);
    m_view->disconnect(this);
    m_stack->removeWidget(m_view);
    m_view->hide();
    std::exchange(m_view, nullptr)->deleteLater();
}

void ServicePage::showEmpty()
{
    m_stack->setCurrentWidget(m_empty);
    const bool known = m_context.session.isLive() || m_context.store.revision() > 0;
    if (known) {
        m_empty->setTexts(tr("There is no service %1").arg(m_place.subject),
                          tr("It may have been deleted meanwhile."));
    } else {
        m_empty->setTexts(tr("Loading…"),
                          tr("The portal asks the fabric for %1.").arg(m_place.subject));
    }
}

void ServicePage::onShown()
{
    m_shown = true;
    if (m_view != nullptr) {
        m_view->setWatched(true);
    }
}

void ServicePage::onHidden()
{
    m_shown = false;
    if (m_view != nullptr) {
        m_view->setWatched(false);
    }
}

void ServicePage::refresh()
{
    if (m_view != nullptr) {
        m_view->refresh();
    }
}

// Cards, table and timeline show what succeeded; a failure is worth a word with a way to it, unless
// the swap's panel says it.
bool ServicePage::tellsOf(const v1::Operation &operation) const
{
    return m_view != nullptr && models::text(operation.service()) == m_view->name() &&
           (operation.state() == v1::Operation::Succeeded || m_view->tellsOf(operation));
}

bool ServicePage::focusFilter()
{
    return m_view != nullptr && m_view->focusFilter();
}

} // namespace slipway::views
