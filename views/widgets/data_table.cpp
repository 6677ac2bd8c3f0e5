#include "views/widgets/data_table.h"

#include "models/base/roles.h"
#include "views/widgets/cell_delegate.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

namespace slipway::views
{

namespace
{

// Headers of numbers stand over their numbers; models know nothing of alignment.
class TableProxy : public models::FilterProxy
{
public:
    TableProxy(std::function<CellKind(int)> kind_of, QObject *parent)
        : FilterProxy(parent), m_kind_of(std::move(kind_of))
    {
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        if (role == Qt::TextAlignmentRole && orientation == Qt::Horizontal) {
            const auto kind = m_kind_of(section);
            const bool number = kind == CellKind::Number || kind == CellKind::Bar;
            return int((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        }
        return FilterProxy::headerData(section, orientation, role);
    }

private:
    std::function<CellKind(int)> m_kind_of;
};

constexpr int kColumnWidth = 96;
constexpr int kHeaderSides = 24;
constexpr int kAgePeriodMs = 1000;
constexpr int kRowsMin = 3; // room for the words of an empty table

} // namespace

DataTable::DataTable(const Theme &theme, QWidget *parent)
    : QTableView(parent), m_theme(theme),
      m_proxy(new TableProxy([this](int column) { return kindOf(column); }, this))
{
    setItemDelegate(new CellDelegate(theme, *this));
    setShowGrid(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setSortingEnabled(true);
    setWordWrap(false);
    setMouseTracking(true);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setContextMenuPolicy(Qt::CustomContextMenu);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(36);
    setModel(m_proxy);
    m_age_timer.setInterval(kAgePeriodMs);
    connect(&m_age_timer, &QTimer::timeout, viewport(), qOverload<>(&QWidget::update));
    connect(&theme, &Theme::changed, this, &DataTable::applyTheme);
    connect(this, &QTableView::doubleClicked, this,
            [this](const QModelIndex &index) { Q_EMIT keyActivated(m_proxy->keyAt(index.row())); });
    connect(this, &QWidget::customContextMenuRequested, this, [this](const QPoint &position) {
        const auto index = indexAt(position);
        if (index.isValid()) {
            Q_EMIT menuRequested(m_proxy->keyAt(index.row()), viewport()->mapToGlobal(position));
        }
    });
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &DataTable::selectedKeysChanged);
    // The proxy tells of one new order in several steps: looked at when all are done.
    connect(m_proxy, &QAbstractItemModel::rowsInserted, this, &DataTable::selectWanted,
            Qt::QueuedConnection);
    connect(m_proxy, &QAbstractItemModel::layoutChanged, this, &DataTable::selectWanted,
            Qt::QueuedConnection);
    applyTheme();
}

void DataTable::setUp(QAbstractItemModel &model, const QList<ColumnStyle> &styles, int sort_column,
                      Qt::SortOrder order, std::function<std::int64_t()> now_ms)
{
    m_styles = styles;
    m_now_ms = std::move(now_ms);
    m_proxy->setSourceModel(&model);
    auto *header = horizontalHeader();
    header->setSectionResizeMode(QHeaderView::Interactive);
    for (int column = 0; column < model.columnCount(); ++column) {
        setColumnWidth(column, kColumnWidth);
        setColumnHidden(column, true);
    }
    const QFontMetrics metrics(m_theme.font(TextRole::Strong));
    for (const auto &style : styles) {
        setColumnHidden(style.column, style.hidden);
        const auto title = model.headerData(style.column, Qt::Horizontal).toString();
        const int needed = metrics.horizontalAdvance(title) + kHeaderSides;
        m_natural[style.column] = qMax(style.width_px, needed);
        setColumnWidth(style.column, m_natural[style.column]);
    }
    fitColumns();
    sortByColumn(sort_column, order);
}

void DataTable::applyTheme()
{
    verticalHeader()->setDefaultSectionSize(m_theme.rowHeight());
    horizontalHeader()->setFixedHeight(m_theme.rowHeight());
    updateGeometry();
    viewport()->update();
}

void DataTable::fitColumns()
{
    const bool other = yieldColumns();
    int taken = 0;
    const ColumnStyle *stretching = nullptr;
    for (const auto &style : std::as_const(m_styles)) {
        if (style.stretch) {
            stretching = &style;
        } else if (!isColumnHidden(style.column)) {
            taken += columnWidth(style.column);
        }
    }
    if (stretching != nullptr) {
        setColumnWidth(stretching->column, qMax(stretching->width_px, viewport()->width() - taken));
    }
    if (other) {
        Q_EMIT columnsFitted();
    }
}

int DataTable::naturalWidth(const ColumnStyle &style) const
{
    return style.stretch                  ? style.width_px
           : isColumnHidden(style.column) ? m_natural.value(style.column)
                                          : columnWidth(style.column);
}

// The most important ones take the room first; a less important one may fit where another does not.
bool DataTable::yieldColumns()
{
    int room = viewport()->width();
    QList<ColumnStyle> yielding;
    for (const auto &style : std::as_const(m_styles)) {
        if (style.yields > 0 && !m_chosen.contains(style.column)) {
            yielding << style;
        } else if (!isColumnHidden(style.column)) {
            room -= naturalWidth(style);
        }
    }
    std::stable_sort(yielding.begin(), yielding.end(), [](const auto &left, const auto &right) {
        return left.yields < right.yields;
    });
    bool other = false;
    for (const auto &style : std::as_const(yielding)) {
        const int width = naturalWidth(style);
        const bool fits = width <= room;
        room -= fits ? width : 0;
        other = other || isColumnHidden(style.column) == fits;
        setColumnHidden(style.column, !fits);
    }
    return other;
}

void DataTable::chooseColumn(int column, std::optional<bool> shown)
{
    if (shown) {
        m_chosen[column] = *shown;
        setColumnHidden(column, !*shown);
    } else {
        m_chosen.remove(column);
    }
    fitColumns();
}

std::optional<bool> DataTable::chosenColumn(int column) const
{
    const auto chosen = m_chosen.constFind(column);
    return chosen == m_chosen.cend() ? std::nullopt : std::optional(*chosen);
}

ColumnStyle DataTable::styleOf(int column) const
{
    const auto style = std::find_if(m_styles.begin(), m_styles.end(),
                                    [column](const auto &one) { return one.column == column; });
    return style == m_styles.end() ? ColumnStyle() : *style;
}

QStringList DataTable::selectedKeys() const
{
    auto rows = selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    QStringList keys;
    for (const auto &row : rows) {
        keys << m_proxy->keyAt(row.row());
    }
    return keys;
}

QString DataTable::currentKey() const
{
    return currentIndex().isValid() ? m_proxy->keyAt(currentIndex().row()) : QString();
}

void DataTable::selectKey(const QString &key)
{
    m_wanted = key;
    selectWanted();
}

void DataTable::selectWanted()
{
    const auto index = m_wanted.isEmpty() ? QModelIndex() : m_proxy->indexOf(m_wanted);
    if (index.isValid()) {
        m_wanted.clear();
        setCurrentIndex(index);
        scrollTo(index);
    } else if (!m_proxy->isSettling()) {
        m_wanted.clear();
    }
}

void DataTable::setEndsWithRows()
{
    m_ends_with_rows = true;
    for (const auto signal :
         {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(m_proxy, signal, this, [this] { updateGeometry(); });
    }
    connect(m_proxy, &QAbstractItemModel::modelReset, this, [this] { updateGeometry(); });
    updateGeometry();
}

QSize DataTable::sizeHint() const
{
    const auto usual = QTableView::sizeHint();
    const int rows = qMax(m_proxy->rowCount(), kRowsMin);
    return m_ends_with_rows
               ? QSize(usual.width(), (rows + 1) * m_theme.rowHeight() + 2 * frameWidth())
               : usual;
}

void DataTable::setEmptyText(const QString &text)
{
    m_empty_text = text;
    viewport()->update();
}

void DataTable::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (m_proxy->rowCount() == 0 && !m_empty_text.isEmpty()) {
        QPainter painter(viewport());
        painter.setFont(m_theme.font(TextRole::Body));
        painter.setPen(m_theme.tokens().secondary);
        painter.drawText(viewport()->rect().adjusted(24, 0, -24, 0),
                         Qt::AlignCenter | Qt::TextWordWrap, m_empty_text);
    }
}

void DataTable::showEvent(QShowEvent *event)
{
    QTableView::showEvent(event);
    m_age_timer.start();
}

void DataTable::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    fitColumns();
}

void DataTable::hideEvent(QHideEvent *event)
{
    QTableView::hideEvent(event);
    m_age_timer.stop();
}

void DataTable::keyPressEvent(QKeyEvent *event)
{
    m_wanted.clear();
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && currentIndex().isValid()) {
        Q_EMIT keyActivated(currentKey());
        return;
    }
    const bool menu =
        event->key() == Qt::Key_Menu ||
        (event->key() == Qt::Key_F10 && event->modifiers().testFlag(Qt::ShiftModifier));
    if (menu && currentIndex().isValid()) {
        const auto place = visualRect(currentIndex()).bottomLeft();
        Q_EMIT menuRequested(currentKey(), viewport()->mapToGlobal(place));
        return;
    }
    if (event->text() == QStringLiteral("/")) {
        event->ignore(); // the shell's: go to the filter
        return;
    }
    QTableView::keyPressEvent(event);
}

void DataTable::mousePressEvent(QMouseEvent *event)
{
    m_wanted.clear();
    QTableView::mousePressEvent(event);
}

void DataTable::mouseMoveEvent(QMouseEvent *event)
{
    hover(indexAt(event->position().toPoint()).row());
    QTableView::mouseMoveEvent(event);
}

void DataTable::leaveEvent(QEvent *event)
{
    hover(-1);
    QTableView::leaveEvent(event);
}

void DataTable::hover(int row)
{
    if (std::exchange(m_hovered_row, row) != row) {
        viewport()->update();
    }
}

} // namespace slipway::views
