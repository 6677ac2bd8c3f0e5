// Answers questions as the test says, and remembers them.
#pragma once

#include "views/widgets/prompter.h"

#include <QList>

namespace slipway::test
{

class ScriptedPrompter : public views::Prompter
{
public:
    // Used for every question until it is set anew.
    views::Answer answer{views::Answer::Accepted, false};
    QString file;        // chosen for openFile, saveFile and openFolder; empty: refused
    bool silent = false; // true: never answers, as a dialog that stays open

    QList<views::Question> questions;
    QStringList titles; // of file dialogs
    QStringList opened; // addresses

    void ask(const views::Question &question, QObject *,
             std::function<void(views::Answer)> answered) override
    {
        questions << question;
        if (!silent) {
            answered(answer);
        }
    }
    void openFile(const QString &title, const QString &, QObject *,
                  std::function<void(QString)> chosen) override
    {
        choose(title, chosen);
    }
    void saveFile(const QString &title, const QString &, const QString &, QObject *,
                  std::function<void(QString)> chosen) override
    {
        choose(title, chosen);
    }
    void openFolder(const QString &title, QObject *, std::function<void(QString)> chosen) override
    {
        choose(title, chosen);
    }
    bool openAddress(const QString &address) override
    {
        opened << address;
        return true;
    }

private:
    void choose(const QString &title, const std::function<void(QString)> &chosen)
    {
        titles << title;
        if (!silent) {
            chosen(file);
        }
    }
};

} // namespace slipway::test
