#include "views/widgets/empty_state.h"

#include "views/widgets/buttons.h"

#include <QVBoxLayout>

namespace slipway::views
{

namespace
{

constexpr int kTextWidth = 440;

} // namespace

EmptyState::EmptyState(const Theme &theme, const QString &icon, const QString &title,
                       const QString &text, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_title(new Label(theme, TextRole::CardTitle, title)),
      m_text(Label::secondary(theme, TextRole::Body, text)), m_actions(new QHBoxLayout),
      m_notes(new QVBoxLayout)
{
    auto *picture = new QLabel;
    const auto paint = [this, picture, icon] {
        picture->setPixmap(
            m_theme.pixmap(icon, m_theme.tokens().accent, 44, picture->devicePixelRatioF()));
    };
    connect(&theme, &Theme::changed, picture, paint);
    paint();
    picture->setAlignment(Qt::AlignCenter);
    m_title->setAlignment(Qt::AlignCenter);
    m_text->setAlignment(Qt::AlignCenter);
    m_text->setWordWrap(true);
    m_text->setFixedWidth(kTextWidth);
    connect(&theme, &Theme::changed, this, &EmptyState::fitText);
    fitText();
    auto *column = new QVBoxLayout(this);
    column->setSpacing(8);
    column->addStretch(2);
    column->addWidget(picture, 0, Qt::AlignHCenter);
    column->addSpacing(8);
    column->addWidget(m_title, 0, Qt::AlignHCenter);
    column->addWidget(m_text, 0, Qt::AlignHCenter);
    column->addSpacing(12);
    column->addLayout(m_actions);
    column->addLayout(m_notes);
    column->addStretch(3);
    m_actions->setSpacing(8);
    m_actions->addStretch(1);
    m_actions->addStretch(1);
}

QPushButton *EmptyState::addAction(const QString &text, const QString &icon)
{
    const bool first = m_actions->count() == 2;
    auto *button =
        makeButton(m_theme, first ? ButtonKind::Primary : ButtonKind::Normal, text, icon, this);
    m_actions->insertWidget(m_actions->count() - 1, button);
    return button;
}

void EmptyState::addNote(QWidget *note)
{
    note->setFixedWidth(kTextWidth);
    m_notes->addSpacing(24);
    m_notes->addWidget(note, 0, Qt::AlignHCenter);
}

void EmptyState::setTexts(const QString &title, const QString &text)
{
    m_title->setText(title);
    m_text->setText(text);
    fitText();
}

// A label that is centred in a column does not get its wrapped height by itself.
void EmptyState::fitText()
{
    m_text->setMinimumHeight(qMax(0, m_text->heightForWidth(kTextWidth)));
}

} // namespace slipway::views
