// Goes through everything the portal can show and writes down each control that a person can use.
#pragma once

#include <QMap>
#include <QString>
#include <QStringList>

class QAction;
class QWidget;

namespace slipway::test
{

struct FoundControl {
    QString place; // where it was seen first: "service: instances"
    QString name;  // its object name; "price-*" for each of a family
    QString kind;  // "QPushButton"
    QString words; // its accessible name, or an action's text
    bool operator<(const FoundControl &other) const
    {
        return std::pair(place, name) < std::pair(other.place, other.name);
    }
};

class ControlWalk
{
public:
    // The whole walk; takes some seconds.
    void run();

    const QList<FoundControl> &controls() const { return m_controls; }
    // Controls without an object name or an accessible name, in words.
    const QStringList &faults() const { return m_faults; }

private:
    class Portal;
    void walkFull();
    void walkServices(Portal &portal);
    void walkPanels(Portal &portal);
    void walkUpkeep(Portal &portal);
    void walkShell(Portal &portal);
    void walkEmpty();
    void walkQuestion();
    void lookAt(const QWidget &root, const QString &place);
    void lookAtMenus(Portal &portal, const QString &place);
    void note(const QWidget &control, const QString &place);
    void noteAction(const QAction &action, const QString &menu, const QString &place);
    void add(FoundControl control);
    void fault(const QString &what, const QString &place);

    QList<FoundControl> m_controls;
    QStringList m_faults;
    QStringList m_faulty;       // without their places: once is enough
    QMap<QString, int> m_known; // by name and kind
};

} // namespace slipway::test
