#include "views/widgets/timeline_list.h"

#include "models/base/roles.h"
#include "models/base/words.h"

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>

namespace slipway::views
{

using models::Condition;

namespace
{

constexpr int kTimeLeft = 24;
constexpr int kWordsLeft = 112;
constexpr int kTopPadding = 7;

class EventDelegate : public QStyledItemDelegate
{
public:
    EventDelegate(const Theme &theme, QListView *list) : QStyledItemDelegate(list), m_theme(theme)
    {
    }
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &index) const override
    {
        const auto *list = static_cast<const QListView *>(parent());
        const int room = list->viewport()->width() - kWordsLeft - 12;
        const auto box = QFontMetrics(m_theme.font(TextRole::Body))
                             .boundingRect(QRect(0, 0, qMax(80, room), 10'000), Qt::TextWordWrap,
                                           sentenceOf(index));
        return {room, qMax(m_theme.isCompact() ? 24 : 32, box.height() + 2 * kTopPadding)};
    }
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override
    {
        const auto &tokens = m_theme.tokens();
        painter->save();
        if (option.state.testFlag(QStyle::State_Selected)) {
            painter->fillRect(option.rect, tokens.selection);
        }
        const auto box = option.rect.adjusted(4, kTopPadding, -8, -kTopPadding + 2);
        const int line = QFontMetrics(m_theme.font(TextRole::Body)).height();
        m_theme.drawShape(*painter, QRectF(box.left(), box.top() + line / 2.0 - 4.5, 9, 9),
                          Condition(index.data(models::ConditionRole).toInt()));
        painter->setFont(m_theme.font(TextRole::Mono));
        painter->setPen(tokens.secondary);
        painter->drawText(
            QRect(option.rect.left() + kTimeLeft, box.top(), kWordsLeft - kTimeLeft, line),
            Qt::AlignLeft | Qt::AlignVCenter,
            models::momentWords(index.data(models::TimeRole).toLongLong()));
        painter->setFont(m_theme.font(TextRole::Body));
        painter->setPen(tokens.text);
        painter->drawText(QRect(option.rect.left() + kWordsLeft, box.top(),
                                option.rect.width() - kWordsLeft - 12, box.height()),
                          Qt::TextWordWrap, sentenceOf(index));
        painter->restore();
    }

private:
    static QString sentenceOf(const QModelIndex &index)
    {
        return index.siblingAtColumn(int(models::EventModel::Column::Message)).data().toString();
    }

    const Theme &m_theme;
};

} // namespace

TimelineList::TimelineList(const Theme &theme, models::EventModel &events, QWidget *parent)
    : QListView(parent), m_theme(theme), m_events(events), m_proxy(new models::FilterProxy(this))
{
    m_proxy->setSourceModel(&events);
    m_proxy->sort(int(models::EventModel::Column::Time), Qt::DescendingOrder);
    setAccessibleName(tr("Timeline"));
    setModel(m_proxy);
    setItemDelegate(new EventDelegate(theme, this));
    setVerticalScrollMode(ScrollPerPixel);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setProperty("bare", true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setResizeMode(Adjust);
    connect(&theme, &Theme::changed, this, [this] { scheduleDelayedItemsLayout(); });
    connect(this, &QListView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT eventActivated(m_events.rowAt(m_proxy->mapToSource(index).row()));
    });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        if (m_loads_older && value == verticalScrollBar()->maximum() && value > 0) {
            m_events.loadOlder();
        }
    });
}

void TimelineList::resizeEvent(QResizeEvent *event)
{
    QListView::resizeEvent(event);
    scheduleDelayedItemsLayout();
}

void TimelineList::paintEvent(QPaintEvent *event)
{
    QListView::paintEvent(event);
    if (m_proxy->rowCount() == 0) {
        QPainter painter(viewport());
        painter.setFont(m_theme.font(TextRole::Body));
        painter.setPen(m_theme.tokens().secondary);
        painter.drawText(viewport()->rect(), Qt::AlignCenter,
                         m_events.rowCount() > 0 ? tr("Nothing fits the filter")
                                                 : tr("Nothing has happened yet"));
    }
}

// "/" is the shell's: it leads to the filter. A list would look for a line that begins with it.
void TimelineList::keyPressEvent(QKeyEvent *event)
{
    if (event->text() == QStringLiteral("/")) {
        event->ignore();
        return;
    }
    QListView::keyPressEvent(event);
}

} // namespace slipway::views
