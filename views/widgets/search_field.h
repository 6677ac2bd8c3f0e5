// A field for words to look for; Escape empties it.
#pragma once

#include "views/theme/theme.h"

#include <QLineEdit>

namespace slipway::views
{

class SearchField : public QLineEdit
{
    Q_OBJECT

public:
    SearchField(const Theme &theme, const QString &placeholder, QWidget *parent = nullptr);
    // A key written at the right end, e.g. "/" or "Ctrl K".
    void setHint(const QString &key);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    QString m_hint;
    QAction *m_lens;
};

} // namespace slipway::views
