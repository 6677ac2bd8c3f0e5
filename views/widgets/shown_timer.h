// Ticks once a second while its widget is seen: ages go on where nothing else changes.
#pragma once

#include <QTimer>
#include <QWidget>

namespace slipway::views
{

class ShownTimer : public QTimer
{
public:
    explicit ShownTimer(QWidget *widget);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
};

} // namespace slipway::views
