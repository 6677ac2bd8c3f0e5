#include "views/activity/operation_details.h"

#include "models/base/words.h"
#include "views/widgets/banner.h"
#include "views/widgets/buttons.h"
#include "views/widgets/navigator.h"
#include "views/widgets/progress_strip.h"
#include "views/widgets/shown_timer.h"
#include "views/widgets/state_pill.h"
#include "views/widgets/timeline_list.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QScrollArea>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

constexpr int kNameWidth = 76;
constexpr int kTimelineHeightMin = 120;

// "guestbook, staging: WebRole_IN_0, WebRole_IN_1"
QString subjectWords(const v1::Operation &operation)
{
    auto words = text(operation.service());
    if (operation.slot() != v1::SLOT_UNSPECIFIED) {
        words += u", "_s + models::slotWord(operation.slot()).toLower();
    }
    QStringList instances;
    for (const auto &instance : operation.instances()) {
        instances << text(instance);
    }
    if (!instances.isEmpty()) {
        words += u": "_s + instances.join(u", "_s);
    }
    return words.isEmpty() ? u"–"_s : words;
}

QString durationOf(const v1::Operation &operation, std::int64_t now_ms)
{
    const bool running = operation.end_time_ms() == 0;
    if (!running && operation.end_time_ms() <= operation.start_time_ms()) {
        return u"–"_s; // nobody measured it
    }
    const auto ms = (running ? now_ms : operation.end_time_ms()) - operation.start_time_ms();
    const auto words = models::spanWords(ms);
    return running ? QObject::tr("%1 so far").arg(words) : words;
}

} // namespace

OperationDetails::OperationDetails(PageContext &context)
    : Card(context.theme), m_context(context), m_events(context.session)
{
    setObjectName(u"operationDetails"_s);
    build();
    connect(new ShownTimer(this), &QTimer::timeout, this, [this] {
        if (m_operation != nullptr && m_operation->end_time_ms() == 0) {
            m_duration->setText(durationOf(*m_operation, m_context.session.nowMs()));
        }
    });
}

void OperationDetails::build()
{
    m_progress = new ProgressStrip(m_context.theme);
    m_progress->setObjectName(u"detailsProgress"_s);
    m_error = new Banner(m_context.theme);
    m_error->setObjectName(u"operationError"_s);
    m_timeline = new TimelineList(m_context.theme, m_events);
    m_timeline->setObjectName(u"operationTimeline"_s);
    m_timeline->setAccessibleName(tr("Events of this operation"));
    m_timeline->setLoadsOlder(false);
    m_timeline->proxy().setCondition([this](int row) {
        return m_operation != nullptr && m_events.rowAt(row).operation_id() == m_operation->id();
    });
    body()->setContentsMargins(space::kCardPadding, 12, 12, 10);
    m_timeline->setMinimumHeight(kTimelineHeightMin);
    body()->addWidget(makeHead());
    body()->addWidget(m_progress);
    body()->addWidget(makeScrolled(), 1);
    body()->addWidget(makeButtons());
    connect(m_progress, &ProgressStrip::cancelClicked, this,
            [this] { m_context.session.cancelOperation(m_operation->id()); });
}

QWidget *OperationDetails::makeHead()
{
    auto *head = new QWidget;
    auto *row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_title = new Label(m_context.theme, TextRole::Headline);
    m_title->setObjectName(u"operationTitle"_s);
    m_title->setWordWrap(true);
    m_state = new StatePill(m_context.theme);
    auto *close = makeIconButton(m_context.theme, u"close"_s, tr("Close the details"));
    close->setObjectName(u"closeDetails"_s);
    connect(close, &QToolButton::clicked, this, &OperationDetails::closeClicked);
    row->addWidget(m_title, 1);
    row->addWidget(m_state, 0, Qt::AlignTop);
    row->addWidget(close, 0, Qt::AlignTop);
    return head;
}

// In a low window the error's words are worth more than seeing everything at once.
QWidget *OperationDetails::makeScrolled()
{
    auto *scrolled = new QWidget;
    scrolled->setObjectName(u"scrolled"_s);
    auto *column = new QVBoxLayout(scrolled);
    column->setContentsMargins(0, 0, 8, 0);
    column->setSpacing(8);
    column->addWidget(m_error);
    column->addWidget(makeFacts());
    column->addSpacing(4);
    column->addWidget(new Label(m_context.theme, TextRole::Strong, tr("Events of this operation")));
    column->addWidget(m_timeline, 1);
    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(scrolled);
    return scroll;
}

QWidget *OperationDetails::makeFacts()
{
    auto *facts = new QWidget;
    auto *grid = new QGridLayout(facts);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    grid->setColumnMinimumWidth(0, kNameWidth);
    grid->setColumnStretch(1, 1);
    const auto add = [&](const QString &name) {
        auto *value = new Label(m_context.theme, TextRole::Body);
        value->setWordWrap(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        const int row = grid->rowCount();
        grid->addWidget(Label::secondary(m_context.theme, TextRole::Body, name), row, 0,
                        Qt::AlignTop);
        grid->addWidget(value, row, 1);
        return value;
    };
    m_who = add(tr("By"));
    m_when = add(tr("Started"));
    m_duration = add(tr("Took"));
    m_subject = add(tr("About"));
    m_kind = add(tr("Kind"));
    m_duration->setObjectName(u"operationDuration"_s);
    return facts;
}

QWidget *OperationDetails::makeButtons()
{
    auto *buttons = new QWidget;
    auto *row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    m_open = makeButton(m_context.theme, ButtonKind::Link, tr("Open the service"), u"open"_s);
    m_open->setObjectName(u"openService"_s);
    m_copy = makeButton(m_context.theme, ButtonKind::Link, tr("Copy the id"), u"copy"_s);
    m_copy->setObjectName(u"copyOperation"_s);
    m_copy->setToolTip(tr("For slipwayctl operation show"));
    connect(m_open, &QPushButton::clicked, this,
            [this] { m_context.navigator.openService(text(m_operation->service())); });
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(text(m_operation->id())); });
    row->addWidget(m_open);
    row->addWidget(m_copy);
    row->addStretch(1);
    return buttons;
}

void OperationDetails::showOperation(const models::Ref<v1::Operation> &operation)
{
    if (operation == m_operation) {
        return;
    }
    const bool other = m_operation == nullptr || m_operation->id() != operation->id();
    m_operation = operation;
    fill(*operation);
    if (other) {
        models::EventModel::Scope scope;
        scope.service = operation->service();
        m_events.setScope(scope);
        m_timeline->proxy().setCondition(
            [this](int row) { return m_events.rowAt(row).operation_id() == m_operation->id(); });
        m_events.loadOlder();
    }
}

void OperationDetails::fill(const v1::Operation &operation)
{
    const bool running = operation.state() == v1::Operation::Running;
    m_title->setText(text(operation.title()));
    m_state->setState(models::conditionOf(operation.state()), models::stateWord(operation.state()));
    m_progress->setVisible(running);
    m_progress->setText({}, text(operation.phase()));
    m_progress->setProgress(int(operation.progress_permille()));
    m_progress->setCancellable(operation.cancellable());
    m_who->setText(operation.actor().empty() ? u"–"_s : text(operation.actor()));
    m_when->setText(models::dateTimeWords(operation.start_time_ms()));
    m_duration->setText(durationOf(operation, m_context.session.nowMs()));
    m_subject->setText(subjectWords(operation));
    m_kind->setText(text(operation.kind()));
    m_open->setVisible(m_context.store.service(operation.service()) != nullptr);
    fillError(operation);
}

void OperationDetails::fillError(const v1::Operation &operation)
{
    if (!operation.has_error()) {
        m_error->clear();
        return;
    }
    QStringList lines{text(operation.error().message())};
    for (const auto &problem : operation.error().problems()) {
        auto line = text(problem.file());
        if (problem.line() > 0) {
            line += u":%1:%2"_s.arg(problem.line()).arg(problem.column());
        }
        line += (line.isEmpty() ? QString() : u": "_s) + text(problem.message());
        lines << (problem.hint().empty() ? line : QString(line + u' ' + text(problem.hint())));
    }
    m_error->say(models::conditionOf(operation.state()), lines.join(u'\n'));
}

} // namespace slipway::views
