// Appears when the fabric's settings were edited: what changed, what is wrong, Save and Discard.
#pragma once

#include "views/settings/settings_draft.h"
#include "views/widgets/label.h"

#include <QFrame>

class QPushButton;

namespace slipway::views
{

class SaveBar : public QFrame
{
    Q_OBJECT

public:
    SaveBar(const Theme &theme, SettingsDraft &draft);

private:
    void refresh();

    SettingsDraft &m_draft;
    Label *m_words;
    Label *m_problem;
    QPushButton *m_discard;
    QPushButton *m_save;
};

} // namespace slipway::views
