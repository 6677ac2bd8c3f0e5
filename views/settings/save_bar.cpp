#include "views/settings/save_bar.h"

#include "views/widgets/buttons.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

SaveBar::SaveBar(const Theme &theme, SettingsDraft &draft)
    : m_draft(draft), m_words(new Label(theme, TextRole::Strong)),
      m_problem(new Label(theme, TextRole::Body)),
      m_discard(makeButton(theme, ButtonKind::Normal, tr("Discard"))),
      m_save(makeButton(theme, ButtonKind::Primary, tr("Save"), u"check"_s))
{
    setObjectName(u"saveBar"_s);
    setProperty("card", true);
    m_words->setObjectName(u"saveWords"_s);
    m_problem->setObjectName(u"saveProblem"_s);
    m_problem->setWordWrap(true);
    m_discard->setObjectName(u"discardSettings"_s);
    m_save->setObjectName(u"saveSettings"_s);
    m_save->setToolTip(tr("One command: all changes together, or none (Ctrl+S)"));
    m_save->setShortcut(QKeySequence(u"Ctrl+S"_s));
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(m_words);
    words->addWidget(m_problem);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(space::kCardPadding, 12, space::kPageMargin, 12);
    row->setSpacing(8);
    row->addLayout(words, 1);
    row->addWidget(m_discard);
    row->addWidget(m_save);
    connect(m_discard, &QPushButton::clicked, &draft, &SettingsDraft::discard);
    connect(m_save, &QPushButton::clicked, &draft, &SettingsDraft::save);
    connect(&draft, &SettingsDraft::changed, this, &SaveBar::refresh);
    refresh();
}

void SaveBar::refresh()
{
    setVisible(m_draft.isDirty() || m_draft.isSaving());
    const auto changes = m_draft.changes();
    m_words->setText(m_draft.isSaving()  ? tr("Saving …")
                     : changes.isEmpty() ? tr("Not saved yet")
                                         : tr("Not saved yet: %1").arg(changes.join(u", "_s)));
    auto problem = m_draft.problem();
    if (m_draft.isOvertaken()) {
        problem = tr("Somebody else changed the settings meanwhile. Discard shows theirs; your "
                     "changes have to be made again.");
    }
    m_problem->setText(problem);
    m_problem->setTone(m_draft.isOvertaken() ? u"warning"_s : u"bad"_s);
    m_problem->setVisible(!problem.isEmpty());
    m_discard->setText(m_draft.isOvertaken() ? tr("Discard and show theirs") : tr("Discard"));
    m_discard->setEnabled(!m_draft.isSaving());
    m_save->setEnabled(m_draft.canSave() && !m_draft.isOvertaken());
}

} // namespace slipway::views
