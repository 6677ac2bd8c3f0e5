#include "views/shell/command_palette.h"

#include "views/widgets/search_field.h"

#include <QApplication>
#include <QKeyEvent>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kWidth = 560;
constexpr int kEntryHeight = 38;
constexpr int kEntriesShown = 9;
enum EntryRole { HintRole = Qt::UserRole, IconRole };

class EntryDelegate : public QStyledItemDelegate
{
public:
    EntryDelegate(const Theme &theme, QObject *parent) : QStyledItemDelegate(parent), m_theme(theme)
    {
    }
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        return {kWidth - 20, kEntryHeight};
    }
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override
    {
        const auto &tokens = m_theme.tokens();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const bool current = option.state.testFlag(QStyle::State_Selected) &&
                             option.state.testFlag(QStyle::State_Enabled);
        if (current) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(tokens.selection);
            painter->drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), 8, 8);
        }
        const auto hue = current ? tokens.accent : tokens.secondary;
        if (const auto icon = index.data(IconRole).toString(); !icon.isEmpty()) {
            painter->drawPixmap(
                option.rect.left() + 10, option.rect.center().y() - 9,
                m_theme.pixmap(icon, hue, 18, painter->device()->devicePixelRatioF()));
        }
        painter->setFont(m_theme.font(TextRole::Label));
        painter->setPen(tokens.secondary);
        const auto hint = index.data(HintRole).toString();
        painter->drawText(option.rect.adjusted(0, 0, -12, 0), Qt::AlignRight | Qt::AlignVCenter,
                          hint);
        const int taken = painter->fontMetrics().horizontalAdvance(hint) + 24;
        painter->setFont(m_theme.font(TextRole::Body));
        painter->setPen(index.flags().testFlag(Qt::ItemIsEnabled) ? tokens.text : tokens.secondary);
        const auto room = option.rect.adjusted(40, 0, -taken, 0);
        painter->drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                          painter->fontMetrics().elidedText(index.data().toString(),
                                                            Qt::ElideMiddle, room.width()));
        painter->restore();
    }

private:
    const Theme &m_theme;
};

} // namespace

int fitness(const QString &text, const QString &words)
{
    int score = 1;
    for (const auto &word : words.split(u' ', Qt::SkipEmptyParts)) {
        const auto at = text.indexOf(word, 0, Qt::CaseInsensitive);
        if (at < 0) {
            return 0;
        }
        const bool starts = at == 0 || !text[at - 1].isLetterOrNumber();
        score += (at == 0 ? 40 : 0) + (starts ? 20 : 0) + (text.size() == word.size() ? 20 : 0);
    }
    return score;
}

CommandPalette::CommandPalette(const Theme &theme, Find find, QWidget *window)
    : QFrame(window), m_theme(theme), m_find(std::move(find)),
      m_field(new SearchField(theme, tr("Search or run a command"))), m_list(new QListWidget)
{
    setObjectName(u"commandPalette"_s);
    m_field->setObjectName(u"paletteInput"_s);
    m_list->setObjectName(u"paletteList"_s);
    m_list->setItemDelegate(new EntryDelegate(theme, m_list));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setUniformItemSizes(true);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(10, 10, 10, 10);
    column->setSpacing(8);
    column->addWidget(m_field);
    column->addWidget(m_list);
    m_field->installEventFilter(this);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::refresh);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
    hide();
}

void CommandPalette::openPalette()
{
    if (!isVisible()) {
        m_keys_before = QApplication::focusWidget();
    }
    m_field->clear();
    refresh();
    show();
    raise();
    m_field->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::refresh()
{
    m_entries = m_find(m_field->text().trimmed());
    m_list->clear();
    for (const auto &entry : std::as_const(m_entries)) {
        auto *item = new QListWidgetItem(entry.text, m_list);
        item->setData(HintRole, entry.hint);
        item->setData(IconRole, entry.icon);
    }
    if (m_entries.isEmpty()) {
        auto *nothing = new QListWidgetItem(tr("Nothing fits these words"), m_list);
        nothing->setFlags(Qt::NoItemFlags);
    }
    m_list->setCurrentRow(0);
    const int rows = qBound(1, int(m_entries.size()), kEntriesShown);
    m_list->setFixedHeight(rows * kEntryHeight + 2);
    setFixedWidth(kWidth);
    adjustSize();
    place();
}

void CommandPalette::place()
{
    const int middle = m_anchor == nullptr
                           ? parentWidget()->width() / 2
                           : m_anchor->mapTo(parentWidget(), m_anchor->rect().center()).x();
    const int last = qMax(0, parentWidget()->width() - width());
    QWidget::move(qBound(0, middle - width() / 2, last), 8);
}

void CommandPalette::runCurrent()
{
    const auto row = m_list->currentRow();
    hide();
    if (row >= 0 && row < m_entries.size()) {
        const auto run = m_entries[row].run;
        run();
    }
}

void CommandPalette::move(int rows)
{
    const int count = m_list->count();
    if (count > 0) {
        m_list->setCurrentRow((m_list->currentRow() + rows + count) % count);
    }
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusOut) {
        hide();
    }
    if (event->type() != QEvent::KeyPress) {
        return QFrame::eventFilter(watched, event);
    }
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Down:
        move(1);
        return true;
    case Qt::Key_Up:
        move(-1);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        runCurrent();
        return true;
    case Qt::Key_Escape:
        hide();
        if (m_keys_before != nullptr && m_keys_before->isVisible()) {
            m_keys_before->setFocus(Qt::OtherFocusReason);
        } else {
            parentWidget()->setFocus();
        }
        return true;
    default:
        return QFrame::eventFilter(watched, event);
    }
}

void CommandPalette::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme.tokens().line, 1));
    painter.setBrush(m_theme.tokens().surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), space::kCardRadius,
                            space::kCardRadius);
}

} // namespace slipway::views
