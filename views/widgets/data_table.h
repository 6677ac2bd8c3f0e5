// A table as all of them look: rows of 36 or 28 px, no grid, pills for states, numbers to the right
// in tabular figures, long names elided with a tooltip, sortable, with a filter.
#pragma once

#include "models/base/filter_proxy.h"
#include "models/base/keyed_table_model.h"
#include "views/theme/theme.h"

#include <QHash>
#include <QTableView>
#include <QTimer>
#include <functional>
#include <optional>

namespace slipway::views
{

enum class CellKind {
    Text,
    Strong, // names
    State,  // pill: ConditionRole and the text
    Number, // right aligned, tabular
    Bar,    // a number with FractionRole as a thin bar under it
    Age,    // TimeRole, as "6 min"
    Mono,   // digests
};

struct ColumnStyle {
    int column = 0;
    CellKind kind = CellKind::Text;
    int width_px = 0; // 0: as the header needs; the stretching column takes the rest
    bool stretch = false;
    bool hidden = false;
    Qt::TextElideMode elide = Qt::ElideRight; // names and digests: always in the middle
    // Above 0: hides by itself where there is no room for all, the highest first.
    int yields = 0;
};

class DataTable : public QTableView
{
    Q_OBJECT

public:
    explicit DataTable(const Theme &theme, QWidget *parent = nullptr);

    // The model is put behind a FilterProxy; `now_ms` is asked for ages while the table is seen.
    template <models::TableModelLike Model>
    void show(Model &model, const QList<ColumnStyle> &styles, std::function<std::int64_t()> now_ms)
    {
        setUp(model, styles, int(Model::kInitialSort), Model::kInitialOrder, std::move(now_ms));
    }

    models::FilterProxy &proxy() { return *m_proxy; }
    QStringList selectedKeys() const; // KeyRole, in the order of rows
    QString currentKey() const;
    // Nothing happens when it is filtered out. While the table settles: as soon as it is there,
    // unless a person chooses something else before.
    void selectKey(const QString &key);
    // Text in the middle of an empty table.
    void setEmptyText(const QString &text);
    // The table would like to end after its rows, where its layout lets it (Qt::AlignTop).
    void setEndsWithRows();
    QSize sizeHint() const override;
    // The stretching column takes what is left, but not less than its width. Call it after hiding
    // or showing columns.
    void fitColumns();
    // A column that would yield stays or goes as a person wants it; nullopt: as there is room.
    void chooseColumn(int column, std::optional<bool> shown);
    std::optional<bool> chosenColumn(int column) const;

Q_SIGNALS:
    void columnsFitted();                  // columns came or went by themselves
    void keyActivated(const QString &key); // Enter or double click
    void selectedKeysChanged();
    void menuRequested(const QString &key, const QPoint &global_position);

protected:
    void paintEvent(QPaintEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;

private:
    friend class CellDelegate;

    void setUp(QAbstractItemModel &model, const QList<ColumnStyle> &styles, int sort_column,
               Qt::SortOrder order, std::function<std::int64_t()> now_ms);
    void applyTheme();
    void hover(int row);
    bool yieldColumns();
    int naturalWidth(const ColumnStyle &style) const;
    void selectWanted();
    ColumnStyle styleOf(int column) const;
    CellKind kindOf(int column) const { return styleOf(column).kind; }

    const Theme &m_theme;
    models::FilterProxy *m_proxy;
    QList<ColumnStyle> m_styles;
    std::function<std::int64_t()> m_now_ms;
    QTimer m_age_timer;
    QString m_empty_text;
    int m_hovered_row = -1;
    bool m_ends_with_rows = false;
    QHash<int, bool> m_chosen; // columns a person showed or hid
    QHash<int, int> m_natural; // widths, also of hidden columns
    QString m_wanted;          // key to select once the proxy has it
};

} // namespace slipway::views
