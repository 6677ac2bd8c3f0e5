#include "views/service/swap_panel.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "views/service/check_list.h"
#include "views/widgets/banner.h"
#include "views/widgets/buttons.h"
#include "views/widgets/plain_tip.h"
#include "views/widgets/progress_strip.h"

#include <QApplication>
#include <QHBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;

namespace
{

constexpr int kSwapWidth = 460;

} // namespace

SwapPanel::SwapPanel(PageContext &context, ServiceModels &models, QWidget *parent)
    : SlidePanel(context.theme, tr("Swap production and staging"), kSwapWidth, parent),
      m_context(context), m_models(models)
{
    setObjectName(u"swapPanel"_s);
    buildBody();
    buildFooter();
    connect(&models.preflight, &SwapPreflight::changed, this, &SwapPanel::refresh);
    connect(&context.store, &models::FabricStore::changed, this, &SwapPanel::followOperation);
    connect(&context.metrics, &models::MetricHub::ticked, this, &SwapPanel::refreshProgress);
    connect(&context.session, &models::Session::stateChanged, this, &SwapPanel::refresh);
    refresh();
}

void SwapPanel::buildBody()
{
    const auto &theme = m_context.theme;
    m_intro = new Label(theme, TextRole::Body);
    m_intro->setWordWrap(true);
    m_preview = Label::secondary(theme, TextRole::Body);
    m_preview->setObjectName(u"swapPreview"_s);
    m_preview->setWordWrap(true);
    m_result = new Banner(theme);
    m_result->setObjectName(u"swapResult"_s);
    m_progress = new ProgressStrip(theme);
    m_progress->setObjectName(u"swapProgress"_s);
    m_progress->setCancellable(false);
    m_drain = Label::secondary(theme, TextRole::Body);
    m_drain->setObjectName(u"swapDrain"_s);
    m_drain->setWordWrap(true);
    m_checks = new CheckList(theme);
    body()->addWidget(m_intro);
    body()->addWidget(m_result);
    body()->addWidget(m_progress);
    body()->addWidget(m_drain);
    body()->addWidget(m_preview);
    m_line = makeLine();
    body()->addWidget(m_line);
    body()->addWidget(m_checks);
    body()->addStretch(1);
}

void SwapPanel::buildFooter()
{
    const auto &theme = m_context.theme;
    m_close = makeButton(theme, ButtonKind::Normal, tr("Cancel"));
    m_close->setObjectName(u"swapCancel"_s);
    m_back = makeButton(theme, ButtonKind::Normal, tr("Swap back"), u"back"_s);
    m_back->setObjectName(u"swapBack"_s);
    m_swap = makeButton(theme, ButtonKind::Primary, tr("Swap now"), u"swap"_s);
    m_swap->setObjectName(u"swapNow"_s);
    footer()->addWidget(m_close);
    footer()->addWidget(m_back);
    footer()->addWidget(m_swap);
    connect(m_close, &QPushButton::clicked, this, &SlidePanel::closePanel);
    connect(m_back, &QPushButton::clicked, this, &SwapPanel::swapBack);
    connect(m_swap, &QPushButton::clicked, this, &SwapPanel::swapNow);
}

void SwapPanel::openForSwap()
{
    if (m_stage != Stage::Sent && m_stage != Stage::Running) {
        enter(Stage::Checking);
    }
    m_models.preflight.ask();
    openPanel();
    m_swap->setFocus();
}

// What was judged is what is swapped: the fabric refuses a service that changed since.
void SwapPanel::swapNow()
{
    send(m_models.preflight.seenRevision());
}

// Puts back what this panel replaced, or nothing.
void SwapPanel::swapBack()
{
    const auto service = m_context.store.service(m_models.key);
    if (service != nullptr && whyNotBack().isEmpty()) {
        send(service->revision());
    }
}

QString SwapPanel::whyNotBack() const
{
    if (m_outgoing.empty()) {
        return tr("Production was empty before: there is nothing to put back");
    }
    const bool is_there = m_models.staging.deploymentId() == m_outgoing &&
                          m_models.production.deploymentId() == m_incoming;
    return is_there ? QString()
                    : tr("What was replaced is not in staging any more, or production was changed "
                         "since");
}

void SwapPanel::send(std::uint64_t seen_revision)
{
    const auto service = m_context.store.service(m_models.key);
    if (service == nullptr || m_stage == Stage::Sent || m_stage == Stage::Running) {
        return;
    }
    m_outgoing = m_models.production.deploymentId();
    m_incoming = m_models.staging.deploymentId();
    m_operation.clear();
    v1::Command command = models::commands::swap(*service);
    if (seen_revision != 0) {
        command.set_etag(seen_revision);
    }
    enter(Stage::Sent);
    m_context.session.execute(std::move(command), this,
                              [this](const Result<v1::CommandReply> &reply) { onReply(reply); });
}

void SwapPanel::onReply(const Result<v1::CommandReply> &reply)
{
    if (!reply) {
        m_result->say(Condition::Failed, models::text(reply.error().message()));
        enter(Stage::Failed);
        return;
    }
    m_operation = reply->operation().id();
    enter(Stage::Running);
    followOperation();
}

void SwapPanel::followOperation()
{
    const auto operation = m_context.store.operation(m_operation);
    if (operation == nullptr) {
        return;
    }
    if (m_stage == Stage::Running && operation->state() != v1::Operation::Running) {
        const bool done = operation->state() == v1::Operation::Succeeded;
        m_result->say(models::conditionOf(operation->state()),
                      done ? tr("Swapped in %1: “%2” answers at the production address.")
                                 .arg(models::spanWords(operation->end_time_ms() -
                                                        operation->start_time_ms()),
                                      m_models.production.label())
                           : models::text(operation->error().message()));
        enter(done ? Stage::Done : Stage::Failed);
        m_models.preflight.ask();
    }
    refreshBack();
    refreshProgress();
}

void SwapPanel::enter(Stage stage)
{
    m_stage = stage;
    if (stage == Stage::Checking || stage == Stage::Sent || stage == Stage::Running) {
        m_result->clear();
    }
    const bool had_keys = isAncestorOf(QApplication::focusWidget());
    refresh();
    if (had_keys && !isAncestorOf(QApplication::focusWidget())) {
        m_close->setFocus(); // the button that had them is disabled or gone
    }
}

void SwapPanel::refresh()
{
    using Verdict = SwapPreflight::Verdict;
    const auto verdict = m_models.preflight.verdict();
    const bool may = verdict == Verdict::Allowed || verdict == Verdict::Warned;
    const bool busy = m_stage == Stage::Sent || m_stage == Stage::Running;
    m_swap->setVisible(m_stage != Stage::Done);
    m_swap->setEnabled(may && !busy);
    m_swap->setToolTip(plainTip(may ? QString() : m_models.preflight.reasons()));
    m_back->setVisible(m_stage == Stage::Done);
    refreshBack();
    m_close->setText(m_stage == Stage::Checking ? tr("Cancel") : tr("Close"));
    m_checks->setVisible(m_stage == Stage::Checking || m_stage == Stage::Failed);
    m_line->setVisible(!m_checks->isHidden());
    m_intro->setVisible(m_stage != Stage::Done);
    m_preview->setVisible(m_stage == Stage::Checking && !m_models.preflight.preview().isEmpty());
    m_intro->setText(verdict == Verdict::Refused && m_stage == Stage::Checking
                         ? tr("Not now: %1.").arg(m_models.preflight.words())
                         : tr("What is in staging becomes production, and the other way round."));
    refreshChecks();
    refreshProgress();
}

void SwapPanel::refreshBack()
{
    const QString why_not = whyNotBack();
    m_back->setEnabled(m_context.session.isLive() && why_not.isEmpty());
    m_back->setToolTip(plainTip(
        why_not.isEmpty() ? tr("Puts the earlier version into production again") : why_not));
}

void SwapPanel::refreshChecks()
{
    m_checks->setChecks(m_models.preflight.checks());
    QStringList lines;
    for (const auto &line : m_models.preflight.preview()) {
        lines << u"•  "_s + line;
    }
    m_preview->setText(lines.join(u'\n'));
    if (m_stage != Stage::Checking) {
        return; // the banner tells of the swap itself
    }
    if (m_models.preflight.problem().isEmpty()) {
        m_result->clear();
    } else {
        m_result->say(Condition::Failed, m_models.preflight.problem());
    }
}

QString SwapPanel::drainWords() const
{
    const auto operation = m_context.store.operation(m_operation);
    if (operation != nullptr && operation->phase().ends_with("draining")) {
        return tr("%1: the earlier version finishes what it began.")
            .arg(models::text(operation->phase()));
    }
    const auto *sample = m_context.metrics.latest({m_outgoing, {}});
    if (sample == nullptr || m_outgoing.empty()) {
        return {};
    }
    return sample->open_requests() == 0
               ? tr("The earlier version has no open requests.")
               : tr("The earlier version still answers %1.")
                     .arg(models::plural(sample->open_requests(), QT_TR_NOOP("request"),
                                         QT_TR_NOOP("requests")));
}

void SwapPanel::refreshProgress()
{
    const bool busy = m_stage == Stage::Sent || m_stage == Stage::Running;
    const auto operation = m_context.store.operation(m_operation);
    m_progress->setVisible(busy);
    m_progress->setText(tr("Swapping"), operation == nullptr ? tr("asking the fabric")
                                                             : models::text(operation->phase()));
    m_progress->setProgress(operation == nullptr ? -1 : int(operation->progress_permille()));
    const auto drain = busy || m_stage == Stage::Done ? drainWords() : QString();
    m_drain->setText(drain);
    m_drain->setVisible(!drain.isEmpty());
}

} // namespace slipway::views
