// A long action in one row: what, how far, and Cancel.
#pragma once

#include "views/widgets/label.h"

#include <QWidget>

class QProgressBar;
class QPushButton;

namespace slipway::views
{

class ProgressStrip : public QWidget
{
    Q_OBJECT

public:
    explicit ProgressStrip(const Theme &theme, QWidget *parent = nullptr);
    void setText(const QString &title, const QString &phase);
    void setProgress(int permille); // below 0: unknown, the bar moves
    void setCancellable(bool cancellable);

Q_SIGNALS:
    void cancelClicked();

protected:
    void paintEvent(QPaintEvent *event) override; // only that it has the keys

private:
    const Theme &m_theme;
    Label *m_title;
    Label *m_phase;
    QProgressBar *m_bar;
    QPushButton *m_cancel;
};

} // namespace slipway::views
