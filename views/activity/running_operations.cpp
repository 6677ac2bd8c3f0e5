#include "views/activity/running_operations.h"

#include "models/base/words.h"
#include "models/session/session.h"
#include "views/widgets/progress_strip.h"

#include <QKeyEvent>
#include <QVBoxLayout>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;

namespace
{

constexpr std::size_t kStripsMax = 4;

std::vector<models::Ref<v1::Operation>> running(const models::OperationModel &model)
{
    std::vector<models::Ref<v1::Operation>> found;
    for (int row = 0; row < model.rowCount(); ++row) {
        if (model.rowAt(row)->state() == v1::Operation::Running) {
            found.push_back(model.rowAt(row));
        }
    }
    std::sort(found.begin(), found.end(), [](const auto &left, const auto &right) {
        return left->start_time_ms() > right->start_time_ms();
    });
    return found;
}

} // namespace

RunningOperations::RunningOperations(PageContext &context)
    : Card(context.theme), m_context(context),
      m_more(Label::secondary(context.theme, TextRole::Body))
{
    setObjectName(u"runningOperations"_s);
    setEdge(context.theme.tokens().between);
    connect(&context.theme, &Theme::changed, this,
            [this] { setEdge(m_context.theme.tokens().between); });
    body()->setSpacing(12);
    body()->addWidget(m_more);
    connect(&context.operations, &models::OperationModel::runningChanged, this,
            &RunningOperations::refresh);
    refresh();
}

ProgressStrip *RunningOperations::stripOf(const QString &id)
{
    auto *&strip = m_strips[id];
    if (strip == nullptr) {
        strip = new ProgressStrip(m_context.theme);
        strip->setObjectName(u"running-"_s + id);
        strip->setCursor(Qt::PointingHandCursor);
        strip->setFocusPolicy(Qt::StrongFocus);
        strip->installEventFilter(this);
        connect(strip, &ProgressStrip::cancelClicked, this,
                [this, id] { m_context.session.cancelOperation(models::utf8(id)); });
        body()->insertWidget(body()->count() - 1, strip);
    }
    return strip;
}

void RunningOperations::refresh()
{
    const auto now = running(m_context.operations);
    const auto shown = std::min(now.size(), kStripsMax);
    auto gone = m_strips.keys();
    for (std::size_t i = 0; i < shown; ++i) {
        const auto id = text(now[i]->id());
        gone.removeAll(id);
        auto *strip = stripOf(id);
        strip->setText(text(now[i]->title()), text(now[i]->phase()));
        strip->setAccessibleName(text(now[i]->title()));
        strip->setProgress(int(now[i]->progress_permille()));
        strip->setCancellable(now[i]->cancellable());
    }
    for (const auto &id : gone) {
        m_strips.take(id)->deleteLater();
    }
    m_more->setVisible(now.size() > shown);
    m_more->setText(tr("and %1 more in the table").arg(now.size() - shown));
    setVisible(!now.empty());
}

bool RunningOperations::eventFilter(QObject *watched, QEvent *event)
{
    const auto opens = [event] {
        if (event->type() != QEvent::KeyPress) {
            return event->type() == QEvent::MouseButtonRelease;
        }
        const int key = static_cast<QKeyEvent *>(event)->key();
        return key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space;
    };
    if (opens()) {
        const auto id = m_strips.key(static_cast<ProgressStrip *>(watched));
        if (!id.isEmpty()) {
            Q_EMIT chosen(id);
        }
    }
    return Card::eventFilter(watched, event);
}

} // namespace slipway::views
