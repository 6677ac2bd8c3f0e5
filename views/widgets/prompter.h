// Questions to the person. Injected, so that tests answer them; never blocks: the answer comes
// later, in the GUI thread, unless `context` died first.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <functional>

namespace slipway::views
{

struct Question {
    QString title;      // "Delete guestbook?"
    QString text;       // what will happen, in a sentence or two
    QStringList points; // optional: what exactly, one each
    QString accept;     // "Delete"
    QString refuse;     // empty: "Cancel"
    QString third;      // an optional third way, e.g. "Stop services"
    bool dangerous = false;
    QString type_to_confirm; // the text that must be typed first; empty: none
    QString consent;         // a box that must be ticked first; empty: none
    QString remember;        // a box that may be ticked: "Do not ask again"; empty: none
};

struct Answer {
    enum Choice { Refused, Accepted, Third };
    Choice choice = Refused;
    bool remember = false;
    bool accepted() const { return choice == Accepted; }
};

class Prompter
{
public:
    virtual ~Prompter() = default;

    virtual void ask(const Question &question, QObject *context,
                     std::function<void(Answer)> answered) = 0;
    // An empty path: nothing was chosen. `filter` as QFileDialog's: "Packages (*.cspkg *.zip)".
    virtual void openFile(const QString &title, const QString &filter, QObject *context,
                          std::function<void(QString)> chosen) = 0;
    virtual void saveFile(const QString &title, const QString &suggested, const QString &filter,
                          QObject *context, std::function<void(QString)> chosen) = 0;
    virtual void openFolder(const QString &title, QObject *context,
                            std::function<void(QString)> chosen) = 0;
    // Opens an address outside the portal (a browser). False: nothing could open it.
    virtual bool openAddress(const QString &address) = 0;
};

} // namespace slipway::views
