#include "views/shell/bottom_bar.h"

#include "models/base/words.h"
#include "views/widgets/attention.h"
#include "views/widgets/buttons.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QProgressBar>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;

BottomBar::BottomBar(const Theme &theme, models::Session &session,
                     models::OperationModel &operations, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_session(session), m_operations(operations),
      m_title(new Label(theme, TextRole::Body)), m_phase(Label::secondary(theme, TextRole::Body)),
      m_progress(new QProgressBar), m_cancel(makeButton(theme, ButtonKind::Link, tr("Cancel"))),
      m_counts(makeButton(theme, ButtonKind::Link, {}))
{
    setObjectName(u"bottomBar"_s);
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(space::kBottomBarHeight);
    m_cancel->setObjectName(u"cancelOperation"_s);
    m_counts->setObjectName(u"operationCounts"_s);
    m_title->setElided(true);
    m_phase->setElided(true);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(180);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(space::kPageMargin + 16, 0, 14, 0);
    row->setSpacing(10);
    for (QWidget *widget : {static_cast<QWidget *>(m_title), static_cast<QWidget *>(m_phase),
                            static_cast<QWidget *>(m_progress), static_cast<QWidget *>(m_cancel)}) {
        row->addWidget(widget);
    }
    row->addStretch(1);
    row->addWidget(m_counts);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        m_cancel->setEnabled(false);
        m_session.cancelOperation(m_shown);
    });
    connect(m_counts, &QPushButton::clicked, this, &BottomBar::alertsChosen);
    connect(&session, &models::Session::commandFailed, m_cancel,
            [this] { m_cancel->setEnabled(true); });
    connect(&operations, &models::OperationModel::runningChanged, this, &BottomBar::refresh);
    connect(&session.store(), &models::FabricStore::changed, this, &BottomBar::refresh);
    connect(&session, &models::Session::statusChanged, this, &BottomBar::refresh);
    connect(&theme, &Theme::changed, this, [this] { update(); });
    refresh();
}

void BottomBar::refresh()
{
    const auto running = m_operations.newestRunning();
    const bool any = running != nullptr;
    m_title->setText(any ? models::text(running->title()) : tr("No operation is running"));
    m_phase->setText(any ? models::text(running->phase()) : QString());
    m_phase->setVisible(any);
    m_progress->setVisible(any);
    m_cancel->setVisible(any && running->cancellable());
    if (any) {
        m_progress->setValue(int(running->progress_permille()));
        if (m_shown != running->id()) {
            m_cancel->setEnabled(true);
        }
    }
    m_shown = any ? running->id() : std::string();
    const auto alerts = countOfWhatNeedsAPerson(m_session); // as the Overview lists them
    const auto count = m_operations.runningCount();
    const QString operations =
        count == 0 ? tr("no operations")
                   : models::plural(std::uint64_t(count), "operation", "operations");
    m_counts->setText(operations + u" · "_s +
                      (alerts == 0 ? tr("no alerts") : models::plural(alerts, "alert", "alerts")));
    update();
}

void BottomBar::paintEvent(QPaintEvent *event)
{
    QWidget::paintEvent(event);
    QPainter painter(this);
    const QRectF box(space::kPageMargin, height() / 2.0 - 4.5, 9, 9);
    m_theme.drawShape(painter, box, m_shown.empty() ? Condition::Stopped : Condition::OnItsWay);
}

} // namespace slipway::views
