// What is shown while a file hangs over the page.
#pragma once

#include "views/theme/theme.h"

#include <QWidget>

class QMimeData;

namespace slipway::views
{

class DropHint : public QWidget
{
    Q_OBJECT

public:
    DropHint(const Theme &theme, QWidget *page); // hidden; as large as its page

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
};

// The one local file that is being dropped; empty: something else.
QString droppedFile(const QMimeData *data);

} // namespace slipway::views
