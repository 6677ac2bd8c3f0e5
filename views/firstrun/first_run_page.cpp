#include "views/firstrun/first_run_page.h"

#include "models/base/words.h"
#include "models/settings/portal_settings.h"
#include "views/firstrun/voyage_card.h"
#include "views/widgets/buttons.h"
#include "views/widgets/empty_state.h"
#include "views/widgets/isolation_note.h"
#include "views/widgets/navigator.h"

#include <QAction>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kCardWidth = 720;

enum Part { Invitation, Voyage };

} // namespace

FirstRunPage::FirstRunPage(PageContext &context)
    : m_context(context), m_voyage(context.session, context.prompter, context.samples_folder),
      m_parts(new QStackedWidget), m_try(new QAction(tr("Try the sample"), this))
{
    m_parts->addWidget(makeInvitation());
    m_parts->addWidget(makeVoyage());
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_parts);
    connect(m_try, &QAction::triggered, this, &FirstRunPage::beginVoyage);
    connect(&m_voyage, &SampleVoyage::finished, this, &FirstRunPage::arrive);
}

QString FirstRunPage::title() const
{
    return m_parts->currentIndex() == Voyage ? tr("The sample") : tr("Welcome");
}

bool FirstRunPage::tellsOf(const v1::Operation &operation) const
{
    return m_parts->currentIndex() == Voyage &&
           (m_voyage.isRunning() || models::text(operation.service()) == m_voyage.service());
}

void FirstRunPage::showPart(int part)
{
    m_parts->setCurrentIndex(part);
    Q_EMIT titleChanged();
}

QWidget *FirstRunPage::makeInvitation()
{
    auto *invitation =
        new EmptyState(m_context.theme, u"slipway"_s, tr("Welcome to Slipway"),
                       tr("Your own cloud services, on this machine: upload a package, watch its "
                          "instances come up, try the next version in staging, and swap it into "
                          "production without losing a request."));
    auto *sample = invitation->addAction(tr("Try the sample"), u"rocket"_s);
    sample->setObjectName(u"tryTheSample"_s);
    auto *create = invitation->addAction(tr("Create a service"), u"plus"_s);
    create->setObjectName(u"createOwn"_s);
    auto *skip = invitation->addAction(tr("Look around"));
    skip->setObjectName(u"lookAround"_s);
    connect(sample, &QPushButton::clicked, m_try, &QAction::trigger);
    connect(create, &QPushButton::clicked, this, [this] {
        m_context.settings.setFirstRunSeen(true);
        m_context.navigator.open({PageId::Services, {}, u"create"_s});
    });
    connect(skip, &QPushButton::clicked, this, &FirstRunPage::leave);
    invitation->addNote(new IsolationNote(m_context.theme, m_context.store));
    return invitation;
}

QWidget *FirstRunPage::makeVoyage()
{
    const auto &theme = m_context.theme;
    auto *inner = new QWidget;
    inner->setObjectName(u"scrolled"_s);
    auto *column = new QVBoxLayout(inner);
    column->setContentsMargins(space::kPageMargin, space::kPageMargin, space::kPageMargin,
                               space::kPageMargin);
    column->setSpacing(space::kCardGap);
    auto *titles = new QWidget;
    titles->setFixedWidth(kCardWidth);
    auto *lines = new QVBoxLayout(titles);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(2);
    lines->addWidget(new Label(theme, TextRole::PageTitle, tr("From package to production")));
    auto *text = Label::secondary(theme, TextRole::Body,
                                  tr("Seven steps with a small guestbook. Each is the real thing: "
                                     "what you see here stays and can be used."));
    text->setWordWrap(true);
    lines->addWidget(text);
    auto *card = new VoyageCard(theme, m_voyage, m_context.session);
    card->setFixedWidth(kCardWidth);
    connect(card, &VoyageCard::leaveClicked, this, &FirstRunPage::leave);
    column->addWidget(titles, 0, Qt::AlignHCenter);
    column->addWidget(card, 0, Qt::AlignHCenter);
    column->addStretch(1);
    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(inner);
    return scroll;
}

void FirstRunPage::goTo(const Place &place)
{
    Page::goTo(place);
    if (place.part == u"sample"_s) {
        beginVoyage();
    }
}

void FirstRunPage::beginVoyage()
{
    m_context.settings.setFirstRunSeen(true);
    const bool under_way = m_voyage.current() > 0 && !m_voyage.isFinished();
    if (!under_way && !m_voyage.isRunning()) {
        m_voyage.begin();
    }
    showPart(Voyage);
}

void FirstRunPage::leave()
{
    m_context.settings.setFirstRunSeen(true);
    showPart(Invitation);
    m_context.navigator.open({PageId::Overview, {}, {}});
}

void FirstRunPage::arrive()
{
    showPart(Invitation);
    m_context.navigator.notify(
        models::Condition::Ready,
        tr("%1 runs, with version 2 in production.").arg(m_voyage.service()));
    m_context.navigator.openService(m_voyage.service());
}

} // namespace slipway::views
