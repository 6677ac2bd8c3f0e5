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
        setColumnWidth(style.column, qMax(style.width_px, needed));
    }
    fitColumns();
    sortByColumn(sort_column, order);
}

void DataTable::applyTheme()
{
    verticalHeader()->setDefaultSectionSize(m_theme.rowHeight());
    horizontalHeader()->setFixedHeight(m_theme.rowHeight());
    viewport()->update();
}

void DataTable::fitColumns()
{
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
    const auto index = m_proxy->indexOf(key);
    if (index.isValid()) {
        setCurrentIndex(index);
        scrollTo(index);
    }
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
