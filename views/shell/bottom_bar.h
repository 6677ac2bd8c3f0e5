// The running operation with its progress and Cancel at the left, counts and alerts at the right.
#pragma once

#include "models/operations/operation_model.h"
#include "models/session/session.h"
#include "views/widgets/label.h"

class QProgressBar;
class QPushButton;

namespace slipway::views
{

class BottomBar : public QWidget
{
    Q_OBJECT

public:
    BottomBar(const Theme &theme, models::Session &session, models::OperationModel &operations,
              QWidget *parent = nullptr);

Q_SIGNALS:
    void alertsChosen();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void refresh();
    int alertCount() const; // services that need a person

    const Theme &m_theme;
    models::Session &m_session;
    models::OperationModel &m_operations;
    Label *m_title;
    Label *m_phase;
    QProgressBar *m_progress;
    QPushButton *m_cancel;
    QPushButton *m_counts;
    std::string m_shown; // operation id
};

} // namespace slipway::views
