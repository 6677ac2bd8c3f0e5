#include "views/overview/attention_list.h"

#include "models/base/roles.h"
#include "models/base/words.h"
#include "views/widgets/plain_tip.h"
#include "views/widgets/shown_timer.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

namespace slipway::views
{

using models::Condition;

namespace
{

constexpr int kRow = 48;
constexpr int kTextLeft = 30;
constexpr int kAgeWidth = 90;
constexpr int kRowsMin = 2;
constexpr int kRowsMax = 6;

class AttentionDelegate : public QStyledItemDelegate
{
public:
    AttentionDelegate(const Theme &theme, std::function<std::int64_t()> now_ms, QObject *parent)
        : QStyledItemDelegate(parent), m_theme(theme), m_now_ms(std::move(now_ms))
    {
    }
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        return {200, kRow};
    }
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override
    {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        paintGround(*painter, option);
        const QRect box = option.rect.adjusted(10, 5, -10, -5);
        m_theme.drawShape(*painter, QRectF(box.left() + 2, box.top() + 5, 10, 10),
                          Condition(index.data(models::ConditionRole).toInt()));
        const QRect line(box.left() + kTextLeft - 10, box.top(),
                         box.width() - kTextLeft - kAgeWidth, 19);
        paintLine(*painter, line, TextRole::Strong, m_theme.tokens().text,
                  index.data(Qt::DisplayRole).toString());
        paintLine(*painter, line.translated(0, 19).adjusted(0, 0, kAgeWidth, 0), TextRole::Body,
                  m_theme.tokens().secondary, index.data(models::ReasonRole).toString());
        paintAge(*painter, box, index.data(models::TimeRole).toLongLong());
        painter->restore();
    }

private:
    void paintGround(QPainter &painter, const QStyleOptionViewItem &option) const
    {
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected || option.state.testFlag(QStyle::State_MouseOver)) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(selected ? m_theme.tokens().selection : m_theme.tokens().hover);
            painter.drawRoundedRect(option.rect, space::kControlRadius, space::kControlRadius);
        }
    }
    void paintLine(QPainter &painter, const QRect &box, TextRole role, const QColor &color,
                   const QString &words) const
    {
        painter.setFont(m_theme.font(role));
        painter.setPen(color);
        painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(words, Qt::ElideRight, box.width()));
    }
    void paintAge(QPainter &painter, const QRect &box, std::int64_t since_ms) const
    {
        if (since_ms > 0) {
            painter.setFont(m_theme.font(TextRole::Body));
            painter.setPen(m_theme.tokens().secondary);
            drawTabular(painter, QRectF(box.right() - kAgeWidth, box.top(), kAgeWidth, 19),
                        Qt::AlignRight | Qt::AlignVCenter,
                        models::durationWords(m_now_ms() - since_ms));
        }
    }

    const Theme &m_theme;
    std::function<std::int64_t()> m_now_ms;
};

} // namespace

AttentionList::AttentionList(const Theme &theme, std::function<std::int64_t()> now_ms,
                             QWidget *parent)
    : QListWidget(parent), m_theme(theme)
{
    setProperty("bare", true);
    setItemDelegate(new AttentionDelegate(theme, std::move(now_ms), this));
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setUniformItemSizes(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);
    setMouseTracking(true);
    setAccessibleName(tr("What needs a person"));
    connect(this, &QListWidget::itemClicked, this, &AttentionList::choose);
    connect(new ShownTimer(this), &QTimer::timeout, viewport(), qOverload<>(&QWidget::update));
    connect(&theme, &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

QSize AttentionList::sizeHint() const
{
    return {300, qBound(kRowsMin, count(), kRowsMax) * kRow + 4};
}

QSize AttentionList::minimumSizeHint() const
{
    return {200, kRowsMin * kRow + 4};
}

void AttentionList::setItems(const QList<AttentionItem> &items)
{
    m_shown = items.mid(0, kShownMax);
    const auto more = items.size() - m_shown.size();
    const auto rows = m_shown.size() + (more > 0 ? 1 : 0);
    while (count() > rows) {
        delete takeItem(count() - 1);
    }
    while (count() < rows) {
        addItem(QString());
    }
    for (int row = 0; row < m_shown.size(); ++row) {
        const auto &shown = m_shown[row];
        auto *item = this->item(row);
        item->setText(shown.title);
        item->setToolTip(plainTip(shown.title + u'\n' + shown.reason));
        item->setData(models::ConditionRole, int(shown.condition));
        item->setData(models::ReasonRole, shown.reason);
        item->setData(models::TimeRole, qint64(shown.since_ms));
    }
    if (more > 0) {
        auto *item = this->item(int(rows) - 1);
        item->setText(tr("and %1 more").arg(models::countWords(std::uint64_t(more))));
        item->setData(models::ConditionRole, int(items.last().condition));
        item->setData(models::ReasonRole, tr("Look at the services that they belong to"));
        item->setData(models::TimeRole, qint64(0));
    }
    updateGeometry();
    viewport()->update();
}

void AttentionList::choose(const QListWidgetItem *item)
{
    const auto index = row(item);
    if (index >= 0 && index < m_shown.size()) {
        Q_EMIT placeChosen(m_shown[index].place);
    } else if (index == m_shown.size()) {
        Q_EMIT placeChosen({PageId::Services, {}, {}});
    }
}

void AttentionList::keyPressEvent(QKeyEvent *event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && currentItem() != nullptr) {
        choose(currentItem());
        return;
    }
    QListWidget::keyPressEvent(event);
}

void AttentionList::paintEvent(QPaintEvent *event)
{
    QListWidget::paintEvent(event);
    if (count() == 0) {
        QPainter painter(viewport());
        painter.setFont(m_theme.font(TextRole::Body));
        painter.setPen(m_theme.tokens().secondary);
        const auto box = viewport()->rect();
        m_theme.drawShape(painter, QRectF(box.center().x() - 5, box.center().y() - 26, 10, 10),
                          Condition::Ready);
        painter.drawText(box.adjusted(0, 12, 0, 0), Qt::AlignCenter,
                         tr("Nothing needs you right now"));
    }
}

} // namespace slipway::views
