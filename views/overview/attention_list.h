// The list of what needs a person; Enter or a click leads there.
#pragma once

#include "views/theme/theme.h"
#include "views/widgets/attention.h"

#include <QListWidget>
#include <functional>

namespace slipway::views
{

class AttentionList : public QListWidget
{
    Q_OBJECT

public:
    static constexpr qsizetype kShownMax = 50; // the rest is counted in the last row

    AttentionList(const Theme &theme, std::function<std::int64_t()> now_ms,
                  QWidget *parent = nullptr);
    // Rows stay where they are when only their words change.
    void setItems(const QList<AttentionItem> &items);
    QSize sizeHint() const override; // two to six rows
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void placeChosen(const slipway::views::Place &place);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void choose(const QListWidgetItem *item);

    const Theme &m_theme;
    QList<AttentionItem> m_shown;
};

} // namespace slipway::views
