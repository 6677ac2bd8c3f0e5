#include "views/firstrun/voyage_card.h"

#include "views/widgets/buttons.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using State = SampleVoyage::State;

namespace
{

struct StepTexts {
    const char *title;
    const char *text;
};

constexpr StepTexts kTexts[SampleVoyage::kSteps] = {
    {QT_TRANSLATE_NOOP("VoyageCard", "Create the service “%1”"),
     QT_TRANSLATE_NOOP("VoyageCard",
                       "A cloud service has two slots, production and staging, each with an "
                       "address that stays its own for life.")},
    {QT_TRANSLATE_NOOP("VoyageCard", "Upload version 1"),
     QT_TRANSLATE_NOOP("VoyageCard",
                       "guestbook-v1.cspkg holds the programs and the definition of two roles: a "
                       "web role with pages and a worker role that keeps the entries.")},
    {QT_TRANSLATE_NOOP("VoyageCard", "Deploy it to production"),
     QT_TRANSLATE_NOOP("VoyageCard",
                       "The fabric places five instances over hosts in two fault domains, starts "
                       "each in a sandbox of its own and lets traffic in when it is ready.")},
    {QT_TRANSLATE_NOOP("VoyageCard", "Upload version 2"),
     QT_TRANSLATE_NOOP("VoyageCard", "The next version; its pages look different.")},
    {QT_TRANSLATE_NOOP("VoyageCard", "Deploy it to staging"),
     QT_TRANSLATE_NOOP("VoyageCard",
                       "Staging has an address of its own: the new version can be tried while "
                       "production goes on undisturbed.")},
    {QT_TRANSLATE_NOOP("VoyageCard", "Open the service in your browser"),
     QT_TRANSLATE_NOOP("VoyageCard",
                       "Production shows version 1 and names the instance that answered. Leave "
                       "the page open for the last step.")},
    {QT_TRANSLATE_NOOP("VoyageCard", "Swap production and staging"),
     QT_TRANSLATE_NOOP("VoyageCard",
                       "Version 2 takes production's address in one moment; requests that are "
                       "under way are answered by version 1. Swapping again brings it back.")},
};

} // namespace

VoyageCard::VoyageCard(const Theme &theme, SampleVoyage &voyage, const models::Session &session,
                       QWidget *parent)
    : Card(theme, {}, parent), m_theme(theme), m_voyage(voyage), m_session(session),
      m_trouble(new Banner(theme))
{
    m_trouble->setObjectName(u"voyageTrouble"_s);
    body()->setContentsMargins(16, 16, 16, 16);
    body()->setSpacing(2);
    body()->addWidget(m_trouble);
    addSteps();
    addButtons();
    connect(&voyage, &SampleVoyage::changed, this, &VoyageCard::refresh);
    connect(&session, &models::Session::stateChanged, this, &VoyageCard::refresh);
    refresh();
}

void VoyageCard::addSteps()
{
    for (int i = 0; i < SampleVoyage::kSteps; ++i) {
        auto *step = new VoyageStep(m_theme, i + 1, tr(kTexts[i].title), tr(kTexts[i].text));
        step->setObjectName(u"step"_s + QString::number(i + 1));
        connect(step, &VoyageStep::cancelClicked, &m_voyage, &SampleVoyage::cancelStep);
        body()->addWidget(step);
        m_steps << step;
    }
}

void VoyageCard::addButtons()
{
    m_next = makeButton(m_theme, ButtonKind::Primary, tr("Do it"));
    m_next->setObjectName(u"doStep"_s);
    m_all = makeButton(m_theme, ButtonKind::Normal, tr("Do all"), u"play"_s);
    m_all->setObjectName(u"doAll"_s);
    m_all->setToolTip(tr("Takes all steps that are left, one after the other"));
    m_leave = makeButton(m_theme, ButtonKind::Link, tr("Leave"));
    m_leave->setObjectName(u"leaveSample"_s);
    m_leave->setToolTip(tr("What was made stays; delete it in Services if you do not want it"));
    auto *row = new QHBoxLayout;
    row->setContentsMargins(8, 14, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_leave);
    row->addStretch(1);
    row->addWidget(m_all);
    row->addWidget(m_next);
    body()->addLayout(row);
    connect(m_next, &QPushButton::clicked, &m_voyage, &SampleVoyage::doNext);
    connect(m_all, &QPushButton::clicked, &m_voyage, &SampleVoyage::doAll);
    connect(m_leave, &QPushButton::clicked, this, &VoyageCard::leaveClicked);
}

void VoyageCard::refresh()
{
    for (int i = 0; i < m_steps.size(); ++i) {
        const bool current = i == m_voyage.current();
        if (i == SampleVoyage::Create) {
            m_steps[i]->setTexts(tr(kTexts[i].title).arg(m_voyage.service()), tr(kTexts[i].text));
        }
        m_steps[i]->present(m_voyage.progress(SampleVoyage::Step(i)), current,
                            current && m_voyage.canCancel());
    }
    const auto missing = m_voyage.missingFiles();
    if (!missing.isEmpty()) {
        m_trouble->say(models::Condition::Attention,
                       tr("The sample packages are not there: %1. They come with Slipway's build "
                          "(target “samples”).")
                           .arg(missing.join(u", "_s)));
    } else if (!m_session.isLive()) {
        m_trouble->say(models::Condition::OnItsWay,
                       tr("The fabric cannot be reached at the moment; the voyage goes on when it "
                          "answers."));
    } else {
        m_trouble->clear();
    }
    refreshButtons();
}

void VoyageCard::refreshButtons()
{
    const bool can = m_session.isLive() && !m_voyage.isRunning() && !m_voyage.isFinished() &&
                     !m_voyage.goesOn() && m_voyage.missingFiles().isEmpty();
    const bool again =
        !m_voyage.isFinished() &&
        m_voyage.progress(SampleVoyage::Step(m_voyage.current())).state == State::Failed;
    const bool had_keys = m_next->hasFocus() || m_all->hasFocus();
    m_next->setEnabled(can);
    m_next->setText(again ? tr("Try again") : tr("Do it"));
    m_all->setEnabled(can);
    keepKeys(had_keys, can);
}

// A step's button is disabled while the step runs; the keys wait here for it instead of wandering
// to the next control of the window.
void VoyageCard::keepKeys(bool had_keys, bool can)
{
    if (had_keys && !can) {
        setFocus();
    } else if (can && hasFocus()) {
        m_next->setFocus();
    }
}

} // namespace slipway::views
