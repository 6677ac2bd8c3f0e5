// What stands where there is nothing yet: a picture, a sentence, and what to do.
#pragma once

#include "views/widgets/label.h"

#include <QWidget>

class QHBoxLayout;
class QPushButton;
class QVBoxLayout;

namespace slipway::views
{

class EmptyState : public QWidget
{
    Q_OBJECT

public:
    EmptyState(const Theme &theme, const QString &icon, const QString &title, const QString &text,
               QWidget *parent = nullptr);
    // Buttons stand side by side under the text; the first is the primary one.
    QPushButton *addAction(const QString &text, const QString &icon = {});
    void setTexts(const QString &title, const QString &text);
    void addNote(QWidget *note); // below the buttons, in the text's width

private:
    void fitText();

    const Theme &m_theme;
    Label *m_title;
    Label *m_text;
    QHBoxLayout *m_actions;
    QVBoxLayout *m_notes;
};

} // namespace slipway::views
