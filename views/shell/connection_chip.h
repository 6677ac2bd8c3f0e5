// Which fabric, and whether what is shown is live or how old it is.
#pragma once

#include "models/session/session.h"
#include "views/widgets/label.h"
#include "views/widgets/state_pill.h"

#include <QTimer>
#include <QWidget>

namespace slipway::views
{

class ConnectionChip : public QWidget
{
    Q_OBJECT

public:
    ConnectionChip(const Theme &theme, const models::Session &session, QWidget *parent = nullptr);
    QString text() const; // "Local fabric, live · 6 hosts"

private:
    void refresh();

    const models::Session &m_session;
    StatePill *m_pill;
    Label *m_words;
    QTimer m_age_timer;
};

// In words, for chip and banner: "live · 6 hosts", "stale for 12 s", "connecting".
QString connectionWords(const models::Session &session);

} // namespace slipway::views
