// The operations that run now, each with its progress and Cancel.
#pragma once

#include "models/operations/operation_model.h"
#include "models/session/session.h"
#include "views/widgets/progress_strip.h"

#include <map>

class QVBoxLayout;

namespace slipway::views
{

class RunningList : public QWidget
{
    Q_OBJECT

public:
    static constexpr int kShownMax = 4; // the rest is counted

    RunningList(const Theme &theme, models::Session &session, models::OperationModel &operations,
                QWidget *parent = nullptr);

private:
    void refresh();
    ProgressStrip *stripOf(const std::string &id);

    const Theme &m_theme;
    models::Session &m_session;
    models::OperationModel &m_operations;
    QVBoxLayout *m_column;
    Label *m_nothing;
    Label *m_more;
    std::map<std::string, ProgressStrip *> m_strips;
};

} // namespace slipway::views
