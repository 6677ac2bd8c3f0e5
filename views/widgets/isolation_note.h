// One quiet line that says how well instances are locked in here; louder, and with what to do, the
// less they are. Follows the hosts.
#pragma once

#include "models/hosts/isolation.h"
#include "views/widgets/label.h"

#include <QWidget>

namespace slipway::views
{

class IsolationNote : public QWidget
{
    Q_OBJECT

public:
    // Hidden while nothing is known of any host.
    IsolationNote(const Theme &theme, const models::FabricStore &store, QWidget *parent = nullptr);
    QString text() const { return m_words->text(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void refresh();

    const Theme &m_theme;
    const models::FabricStore &m_store;
    models::IsolationSummary m_summary;
    Label *m_words;
};

} // namespace slipway::views
