#include "views/hosts/instance_dots.h"

#include "models/base/words.h"
#include "views/widgets/plain_tip.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;
using models::text;

namespace
{

constexpr int kCell = 20;
constexpr int kDot = kCell - 2 * InstanceDots::kInset;

bool needsAPerson(const models::Ref<v1::RoleInstance> &instance)
{
    const auto condition = models::conditionOf(instance->state());
    return condition == Condition::Failed || condition == Condition::Attention;
}

} // namespace

InstanceDots::InstanceDots(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    auto policy = QSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void InstanceDots::setInstances(std::vector<models::Ref<v1::RoleInstance>> instances)
{
    if (instances == m_instances) {
        return;
    }
    if (instances.size() > kShownMax) {
        std::stable_partition(instances.begin(), instances.end(), needsAPerson);
    }
    const bool resized = instances.size() != m_instances.size();
    m_instances = std::move(instances);
    m_current = std::clamp(m_current, 0, qMax(0, int(shown()) - 1));
    setAccessibleName(
        models::plural(m_instances.size(), QT_TR_NOOP("instance"), QT_TR_NOOP("instances")));
    setFocusPolicy(m_instances.empty() ? Qt::NoFocus : Qt::StrongFocus);
    if (resized) {
        updateGeometry();
    }
    update();
}

std::size_t InstanceDots::shown() const
{
    return std::min(m_instances.size(), kShownMax);
}

int InstanceDots::columnsIn(int width) const
{
    return qMax(1, width / kCell);
}

QRect InstanceDots::dotRect(std::size_t index) const
{
    const int columns = columnsIn(width());
    return {int(index) % columns * kCell, int(index) / columns * kCell, kCell, kCell};
}

int InstanceDots::heightForWidth(int width) const
{
    const int rows = (int(shown()) + columnsIn(width) - 1) / columnsIn(width);
    return qMax(1, rows) * kCell + (m_instances.size() > kShownMax ? kCell : 0);
}

QSize InstanceDots::sizeHint() const
{
    return {200, heightForWidth(qMax(200, width()))};
}

int InstanceDots::dotAt(const QPoint &position) const
{
    for (std::size_t i = 0; i < shown(); ++i) {
        if (dotRect(i).contains(position)) {
            return int(i);
        }
    }
    return -1;
}

QString InstanceDots::wordsOf(const v1::RoleInstance &instance) const
{
    const auto state = models::stateWord(instance.state());
    auto words =
        tr("%1 of %2\n%3, %4")
            .arg(text(instance.name()), text(instance.service()), state, text(instance.size()));
    if (!instance.reason().empty()) {
        words += u'\n' + text(instance.reason());
    }
    return words;
}

bool InstanceDots::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        auto *help = static_cast<QHelpEvent *>(event);
        const int index = dotAt(help->pos());
        if (index >= 0) {
            QToolTip::showText(help->globalPos(),
                               plainTip(wordsOf(*m_instances[std::size_t(index)])), this,
                               dotRect(std::size_t(index)));
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void InstanceDots::paintEvent(QPaintEvent *)
{
    const auto &tokens = m_theme.tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_instances.empty()) {
        painter.setFont(m_theme.font(TextRole::Label));
        painter.setPen(tokens.secondary);
        painter.drawText(rect().adjusted(kInset, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("No instances"));
        return;
    }
    for (std::size_t i = 0; i < shown(); ++i) {
        const QRectF cell(dotRect(i));
        const bool current = hasFocus() && int(i) == m_current;
        if (current || int(i) == m_hovered) {
            painter.setPen(current ? QPen(tokens.accent, 1) : QPen(Qt::NoPen));
            painter.setBrush(tokens.hover);
            painter.drawRoundedRect(cell.adjusted(1, 1, -1, -1), 5, 5);
        }
        m_theme.drawShape(painter, cell.adjusted(kInset, kInset, -kInset, -kInset),
                          models::conditionOf(m_instances[i]->state()));
    }
    if (m_instances.size() > kShownMax) {
        painter.setFont(m_theme.font(TextRole::Label));
        painter.setPen(tokens.secondary);
        painter.drawText(QRect(kInset, height() - kCell, width(), kCell),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         tr("and %1 more").arg(models::countWords(m_instances.size() - kShownMax)));
    }
}

void InstanceDots::mousePressEvent(QMouseEvent *event)
{
    choose(dotAt(event->position().toPoint()));
}

void InstanceDots::mouseMoveEvent(QMouseEvent *event)
{
    const int index = dotAt(event->position().toPoint());
    if (std::exchange(m_hovered, index) != index) {
        setCursor(index < 0 ? Qt::ArrowCursor : Qt::PointingHandCursor);
        update();
    }
}

void InstanceDots::leaveEvent(QEvent *)
{
    m_hovered = -1;
    update();
}

void InstanceDots::keyPressEvent(QKeyEvent *event)
{
    const int columns = columnsIn(width());
    switch (event->key()) {
    case Qt::Key_Left:
        return moveTo(m_current - 1);
    case Qt::Key_Right:
        return moveTo(m_current + 1);
    case Qt::Key_Up:
        return moveTo(m_current - columns);
    case Qt::Key_Down:
        return moveTo(m_current + columns);
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        return choose(m_current);
    default:
        QWidget::keyPressEvent(event);
    }
}

void InstanceDots::moveTo(int index)
{
    if (index >= 0 && index < int(shown())) {
        m_current = index;
        const auto words = wordsOf(*m_instances[std::size_t(index)]);
        setAccessibleDescription(words);
        QToolTip::showText(mapToGlobal(dotRect(std::size_t(index)).bottomLeft()), plainTip(words),
                           this);
        update();
    }
}

void InstanceDots::choose(int index)
{
    if (index >= 0 && index < int(shown())) {
        const auto instance = m_instances[std::size_t(index)];
        Q_EMIT instanceChosen({instance->deployment_id(), instance->name()});
    }
}

} // namespace slipway::views
