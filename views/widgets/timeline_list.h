// The timeline: a shape, a time and a sentence each, newest first; long sentences wrap.
#pragma once

#include "models/base/filter_proxy.h"
#include "models/operations/event_model.h"
#include "views/theme/theme.h"

#include <QListView>

namespace slipway::views
{

class TimelineList : public QListView
{
    Q_OBJECT

public:
    TimelineList(const Theme &theme, models::EventModel &events, QWidget *parent = nullptr);
    models::FilterProxy &proxy() { return *m_proxy; }
    // Scrolling to the end asks the model for older events.
    void setLoadsOlder(bool loads) { m_loads_older = loads; }

Q_SIGNALS:
    void eventActivated(const slipway::v1::Event &event); // Enter or double click

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    const Theme &m_theme;
    models::EventModel &m_events;
    models::FilterProxy *m_proxy;
    bool m_loads_older = true;
};

} // namespace slipway::views
