// Paints the rows of a LogModel that are in view, and only those; follows the end while it is
// there. Shift with arrows selects rows, Ctrl+C copies them.
#pragma once

#include "models/logs/log_model.h"
#include "views/theme/theme.h"

#include <QAbstractScrollArea>

namespace slipway::views
{

class LogView : public QAbstractScrollArea
{
    Q_OBJECT

public:
    LogView(const Theme &theme, models::LogModel &model, QWidget *parent = nullptr);

    bool isFollowing() const { return m_following; }
    void setFollowing(bool following);
    void setInstanceShown(bool shown); // a column with the instance's name
    void selectAll();                  // all rows that fit the filter
    QString selectedText() const;

Q_SIGNALS:
    void followingChanged(bool following);

protected:
    void paintEvent(QPaintEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;

private:
    void onModelChanged();
    void updateScrollBar();
    bool extendSelection(const QKeyEvent &event);
    qint64 rowOf(std::uint64_t number) const;
    void showRow(qint64 row);
    int rowHeight() const;
    int rowsInView() const;
    qint64 rowAt(int y) const; // -1: none
    int textLeft() const;      // where a line's own words begin
    void paintRow(QPainter &painter, int y, std::uint64_t row) const;

    const Theme &m_theme;
    models::LogModel &m_model;
    bool m_following = true;
    bool m_with_instance = true;
    bool m_moving = false;      // the scroll bar is moved by this, not by a person
    std::uint64_t m_anchor = 0; // line numbers of the selection
    std::uint64_t m_selected = 0;
    bool m_has_selection = false;
};

} // namespace slipway::views
