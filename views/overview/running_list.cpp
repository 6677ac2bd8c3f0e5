#include "views/overview/running_list.h"

#include "models/base/words.h"

#include <QVBoxLayout>
#include <set>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

RunningList::RunningList(const Theme &theme, models::Session &session,
                         models::OperationModel &operations, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_session(session), m_operations(operations),
      m_column(new QVBoxLayout(this)),
      m_nothing(Label::secondary(theme, TextRole::Body, tr("No operation is running"))),
      m_more(Label::secondary(theme, TextRole::Label))
{
    m_nothing->setObjectName(u"nothingRuns"_s);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(10);
    m_column->addWidget(m_nothing);
    m_column->addWidget(m_more);
    connect(&operations, &models::OperationModel::runningChanged, this, &RunningList::refresh);
    connect(&session, &models::Session::stateChanged, this, &RunningList::refresh);
    refresh();
}

ProgressStrip *RunningList::stripOf(const std::string &id)
{
    auto &strip = m_strips[id];
    if (strip == nullptr) {
        strip = new ProgressStrip(m_theme);
        strip->setObjectName(u"running/"_s + text(id));
        m_column->insertWidget(m_column->count() - 1, strip);
        connect(strip, &ProgressStrip::cancelClicked, this,
                [this, id] { m_session.cancelOperation(id); });
    }
    return strip;
}

void RunningList::refresh()
{
    std::set<std::string> running;
    int shown = 0;
    for (int row = 0; row < m_operations.rowCount(); ++row) {
        const auto &operation = m_operations.rowAt(row);
        if (operation->state() != v1::Operation::Running || ++shown > kShownMax) {
            continue;
        }
        running.insert(operation->id());
        auto *strip = stripOf(operation->id());
        strip->setText(text(operation->title()), text(operation->phase()));
        strip->setProgress(int(operation->progress_permille()));
        strip->setCancellable(operation->cancellable() && m_session.isLive());
    }
    std::erase_if(m_strips, [&running](const auto &strip) {
        const bool gone = !running.contains(strip.first);
        if (gone) {
            strip.second->deleteLater();
        }
        return gone;
    });
    const int more = m_operations.runningCount() - kShownMax;
    m_more->setText(more > 0 ? tr("and %1 more").arg(more) : QString());
    m_more->setVisible(more > 0);
    m_nothing->setVisible(m_strips.empty());
}

} // namespace slipway::views
