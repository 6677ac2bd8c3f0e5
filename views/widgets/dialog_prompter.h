// Asks with window-modal dialogs that are opened, never executed: the event loop goes on.
#pragma once

#include "views/theme/theme.h"
#include "views/widgets/prompter.h"

#include <QDialog>
#include <QWidget>

class QCheckBox;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace slipway::views
{

// One question as a dialog; emits its answer once.
class QuestionDialog : public QDialog
{
    Q_OBJECT

public:
    QuestionDialog(const Theme &theme, const Question &question, QWidget *parent);

protected:
    void paintEvent(QPaintEvent *event) override;

Q_SIGNALS:
    void answered(const slipway::views::Answer &answer);

private:
    void addTexts(const Theme &theme, const Question &question, QVBoxLayout &column);
    void addConditions(const Theme &theme, const Question &question, QVBoxLayout &column);
    void addButtons(const Theme &theme, const Question &question, QVBoxLayout &column);
    void finishWith(Answer::Choice choice);
    void updateAccept();

    const Theme &m_theme;
    QString m_must_type;
    QLineEdit *m_typed = nullptr;
    QCheckBox *m_consent = nullptr;
    QCheckBox *m_remember = nullptr;
    QPushButton *m_accept = nullptr;
    bool m_done = false;
};

class DialogPrompter : public Prompter
{
public:
    // `window` may be set later, and dies after this.
    explicit DialogPrompter(const Theme &theme) : m_theme(theme) {}
    void setWindow(QWidget *window) { m_window = window; }

    void ask(const Question &question, QObject *context,
             std::function<void(Answer)> answered) override;
    void openFile(const QString &title, const QString &filter, QObject *context,
                  std::function<void(QString)> chosen) override;
    void saveFile(const QString &title, const QString &suggested, const QString &filter,
                  QObject *context, std::function<void(QString)> chosen) override;
    void openFolder(const QString &title, QObject *context,
                    std::function<void(QString)> chosen) override;
    bool openAddress(const QString &address) override;

private:
    const Theme &m_theme;
    QWidget *m_window = nullptr;
};

} // namespace slipway::views
